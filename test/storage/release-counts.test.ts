import {expect, it} from "vitest";
import {type ReleaseCount, readReleases, writeReleases} from "../../src/storage/release-counts.ts";
import {createCrashFileSystem} from "./crash-file-system.ts";

const KEPT = 10_000;

it("of more counts of releases than are kept, the oldest go", async () => {
  const files = createCrashFileSystem();
  await files.makeDirectory("/state");
  const releases = Array.from(
    {length: KEPT + 2},
    (_, messages): ReleaseCount => ({
      day: "2026-01-01",
      hour: null,
      peer: "peer",
      kind: "update",
      messages,
      bytes: 0,
    }),
  );
  await writeReleases(files, "/state/releases.json", releases);
  const kept = await readReleases(files, "/state/releases.json");
  expect(kept.warning).toBeUndefined();
  expect([kept.releases.length, kept.releases[0]?.messages]).toEqual([KEPT, 2]);
});
