import {describe, expect, it} from "vitest";
import {sha256} from "../../src/core/index.ts";
import {restoreSession} from "../../src/gossip/index.ts";
import {outdatedResult, removeStale} from "../../src/node/records/model-retention.ts";
import {createSnapshot} from "../../src/parameters/index.ts";
import type {Certificate} from "../../src/rounds/index.ts";
import {createConsortium, LAYOUT} from "../gossip/consortium.ts";
import {memoryRun} from "./memory-run.ts";

/** Certificates with these results, one round after the other. */
function certificatesOf(results: readonly string[]): readonly Certificate[] {
  const {world, members, certified} = createConsortium({seed: 6, weights: [10, 20, 30], rounds: 1});
  for (const member of members) world.start(member);
  world.run();
  const [first] = certified.get("member-a") ?? [];
  if (first === undefined) throw new Error("the round was certified");
  const {certificate} = first;
  return results.map((result, round) => ({...certificate, body: {...certificate.body, round, result}}));
}

const hashOf = (digit: string): string => digit.repeat(64);
const [A, B, C, D] = ["a", "b", "c", "d"].map(hashOf) as [string, string, string, string];

describe("the results that a node keeps", () => {
  it("are the last ones: the one before them goes", () => {
    expect(outdatedResult(certificatesOf([A, B, C]), 2)).toBe(A);
    expect(outdatedResult(certificatesOf([A, B]), 2)).toBeUndefined();
  });

  it("stay where a newer round has the same", () => {
    expect(outdatedResult(certificatesOf([A, B, A]), 2)).toBeUndefined();
  });

  it("are all that stays at a start, beside what the round under way and the site need", async () => {
    const {storage, blobs} = memoryRun();
    const contribution = {hash: hashOf("1"), bytes: Uint8Array.of(1)};
    const segment = {
      kind: "async",
      round: 4,
      state: Uint8Array.of(2),
      blobs: [{hash: hashOf("2"), bytes: Uint8Array.of(2)}],
    } as const;
    const voted = createSnapshot(sha256, LAYOUT, new Float32Array(5));
    const standing = hashOf("3");
    const stale = hashOf("4");
    const needed = [contribution.hash, segment.blobs[0].hash, voted.hash, standing];
    for (const hash of [A, B, C, D, stale, ...needed]) blobs.set(hash, new Uint8Array());
    const round = {contribution, segment, held: [voted], accepted: null, lock: null, committedIn: -1};
    const restored = {...restoreSession([]), round};
    await removeStale(storage.models, certificatesOf([A, B, C, D]), 2, {restored, standing: [standing]});
    expect([...blobs.keys()]).toEqual([C, D, ...needed]);
  });
});
