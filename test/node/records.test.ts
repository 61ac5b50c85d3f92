import {encode} from "cborg";
import {describe, expect, it} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import {type DurableRecord, type Restored, restoreSession} from "../../src/gossip/index.ts";
import {encodeRecord, openRecords, writeRecord} from "../../src/node/records.ts";
import {sealSplit} from "../../src/node/sealed-split.ts";
import {openStateDirectory, type RunStorage} from "../../src/storage/index.ts";
import {createConsortium, LAYOUT, RUN} from "../gossip/consortium.ts";
import {
  type CrashFileSystem,
  createCrashFileSystem,
  type Fate,
  PowerCut,
} from "../storage/crash-file-system.ts";

const shapeOf = () => ({layout: LAYOUT, values: 5});

/** What a member really wrote down in a run in which leaders died and ballots competed. */
function writtenRecords(): readonly DurableRecord[] {
  const consortium = createConsortium({seed: 6, weights: [10, 20, 30], rounds: 3});
  const {world, members} = consortium;
  for (const member of members) world.start(member);
  for (const [atMs, member] of [
    [110, "member-b"],
    [900, "member-c"],
  ] as const) {
    world.after(atMs, () => world.crash(member));
    world.after(atMs + 400, () => world.start(member));
  }
  world.run();
  return world.diskOf("member-a");
}

const RECORDS = writtenRecords();

/** What matters of the round under way, for comparison; without any, that nothing was voted for. */
function summaryOfRound(round: Restored["round"]): unknown {
  if (round === null) return {contribution: undefined, lock: null, committedIn: -1, accepted: null, held: []};
  const {contribution, lock, committedIn, accepted, held} = round;
  return {contribution: contribution?.hash, lock, committedIn, accepted, held: held.map(({hash}) => hash)};
}

/** What matters of a restored state, for comparison. */
function summary({certified, round}: Restored): unknown {
  const {certificate, snapshot} = certified ?? {};
  return {certificate, result: snapshot?.hash, round: summaryOfRound(round)};
}

const expectedAfter = (count: number): unknown => summary(restoreSession(RECORDS.slice(0, count)));

async function openStorage(files: CrashFileSystem): Promise<RunStorage> {
  return (await openStateDirectory("/state", files)).openRun(RUN);
}

/** Writes the records until something fails; how many were done. */
async function writeAll(files: CrashFileSystem): Promise<{done: number; failure?: unknown}> {
  let done = 0;
  try {
    const storage = await openStorage(files);
    for (const record of RECORDS) {
      await writeRecord(storage, record);
      done += 1;
    }
    return {done};
  } catch (failure) {
    return {done, failure};
  }
}

describe("the records of a run", () => {
  it("that this test writes are of every kind and of several ballots", () => {
    expect(new Set(RECORDS.map(({kind}) => kind))).toEqual(
      new Set(["contribution", "ballot", "certificate"]),
    );
    expect(RECORDS.length).toBeGreaterThan(8);
    expect(RECORDS.some((record) => record.kind === "ballot" && (record.accepted?.ballot ?? 0) > 0)).toBe(
      true,
    );
  });

  it("bring a node back from every prefix to where the protocol stood", async () => {
    for (let count = 0; count <= RECORDS.length; count++) {
      const files = createCrashFileSystem();
      const storage = await openStorage(files);
      for (const record of RECORDS.slice(0, count)) await writeRecord(storage, record);
      files.restart(() => 0);
      const {restored, certificates} = await openRecords(await openStorage(files), shapeOf);
      expect(summary(restored), `after ${count} records`).toEqual(expectedAfter(count));
      const written = RECORDS.slice(0, count).filter(({kind}) => kind === "certificate");
      expect(certificates, `after ${count} records`).toHaveLength(written.length);
    }
  });

  it.each<[string, () => Fate]>([
    ["all lost", () => () => 0],
    ["all kept", () => (count) => count],
    [
      "some kept",
      () => {
        const random = createRandom({seed: 3, site: "", round: 0, purpose: "crash"});
        return (count) => random.below(Math.max(1, count + 1));
      },
    ],
  ])(
    "after a loss of power are those before the write or after it, never between (%s)",
    async (_, fateOf) => {
      const whole = createCrashFileSystem();
      await writeAll(whole);
      const operations = whole.operations();
      expect(operations).toBeGreaterThan(30);
      for (let at = 1; at <= operations; at++) {
        const files = createCrashFileSystem();
        files.cutPowerAt(at);
        const {done, failure} = await writeAll(files);
        expect(failure, `operation ${at}`).toBeInstanceOf(PowerCut);
        files.restart(fateOf());
        const {restored} = await openRecords(await openStorage(files), shapeOf);
        expect([expectedAfter(done), expectedAfter(done + 1)], `operation ${at}`).toContainEqual(
          summary(restored),
        );
      }
    },
  );

  it("tell that the test was opened, and of whom a proof of two votes is kept", async () => {
    const files = createCrashFileSystem();
    const storage = await openStorage(files);
    for (const record of RECORDS) await writeRecord(storage, record);
    const claims = Uint8Array.of(1, 2, 3);
    await storage.journal.append(encodeRecord({kind: "equivocation", round: 3, member: "member-b", claims}));
    const manifest = "cd".repeat(32);
    await storage.journal.append(encodeRecord({kind: "test-opened", manifest, result: "ef".repeat(32)}));
    files.restart(() => 0);
    const opened = await openRecords(await openStorage(files), shapeOf);
    expect(opened.testOpened).toEqual({manifest, result: "ef".repeat(32)});
    expect(opened.restored.equivocators).toEqual(["member-b"]);
    expect(summary(opened.restored)).toEqual(expectedAfter(RECORDS.length));
  });

  it("with a fork among them are refused at each start", async () => {
    const files = createCrashFileSystem();
    const storage = await openStorage(files);
    for (const record of RECORDS) await writeRecord(storage, record);
    const certificates: [Uint8Array, Uint8Array] = [Uint8Array.of(1), Uint8Array.of(2)];
    await storage.journal.append(encodeRecord({kind: "fork", round: 3, certificates}));
    for (let start = 0; start < 2; start++) {
      files.restart(() => 0);
      await expect(openRecords(await openStorage(files), shapeOf)).rejects.toMatchObject({
        code: "NODE_RUN_FORKED",
        message: "round 4 was decided in two ways, as this node found before it stopped",
      });
    }
  });

  it("keep who is in which part of the split, which a run of an earlier version gets at its next start", async () => {
    const files = createCrashFileSystem();
    const manifest = "cd".repeat(32);
    const parts = {train: ["aa", "bb"], validation: [], test: ["cc"]};
    const restarted = async () => {
      files.restart(() => 0);
      const storage = await openStorage(files);
      return {storage, opened: await openRecords(storage, shapeOf)};
    };
    await (await openStorage(files)).journal.append(encodeRecord({kind: "split", manifest}));
    const earlier = await restarted();
    expect(earlier.opened.sealed).toEqual({manifest, parts: null});
    await sealSplit(earlier.storage, earlier.opened.sealed, {manifest, parts});
    const {storage, opened} = await restarted();
    expect(opened.sealed).toEqual({manifest, parts});
    await sealSplit(storage, opened.sealed, {manifest, parts});
    expect(storage.journal.entries(), "written once").toHaveLength(2);
    const another = {manifest: "ef".repeat(32), parts};
    await expect(sealSplit(storage, opened.sealed, another)).rejects.toMatchObject({
      code: "NODE_DATA_CHANGED",
    });
  });

  it.each([
    ["an unknown kind", {kind: "gossip", round: 0}],
    ["an unknown key", {kind: "contribution", round: 0, hash: "ab", extra: 1}],
    ["a missing key", {kind: "test-opened", manifest: "ab"}],
    ["no map", ["certificate"]],
  ])("with %s are refused: a newer version wrote them", async (_, record) => {
    const files = createCrashFileSystem();
    await (await openStorage(files)).journal.append(encode(record));
    files.restart(() => 0);
    await expect(openRecords(await openStorage(files), shapeOf)).rejects.toMatchObject({
      code: "NODE_JOURNAL_FOREIGN",
    });
  });

  it("whose last result is gone are refused, not taken for an earlier state", async () => {
    const files = createCrashFileSystem();
    const storage = await openStorage(files);
    for (const record of RECORDS) await writeRecord(storage, record);
    const last = RECORDS.findLast((record) => record.kind === "certificate");
    await storage.models.remove(last?.kind === "certificate" ? last.snapshot.hash : "");
    files.restart((count) => count);
    await expect(openRecords(await openStorage(files), shapeOf)).rejects.toMatchObject({
      code: "NODE_JOURNAL_FOREIGN",
    });
  });
});
