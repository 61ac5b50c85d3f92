import {beforeAll, describe, expect, it} from "vitest";
import {restoreSession} from "../../src/gossip/index.ts";
import {openRecords, writeRecord} from "../../src/node/records/records.ts";
import type {DurableRecord, Restored} from "../../src/rounds/index.ts";
import type {World} from "../../src/simulation/index.ts";
import {openStateDirectory, type RunStorage} from "../../src/storage/index.ts";
import {createConsortium, LAYOUT, RUN} from "../gossip/consortium.ts";
import {createSegments} from "../segments/segment-consortium.ts";
import {
  type CrashFileSystem,
  createCrashFileSystem,
  type Fate,
  PowerCut,
} from "../storage/crash-file-system.ts";

const SELF = "member-a";
const VALUES = 5;

function runToTheEnd(world: World, members: readonly string[]): void {
  world.run(() => members.every((member) => world.sessionOf(member)?.view().isFinished === true));
}

/** What a member wrote down that was away while the others decided. */
function recordsOfAbsence(): readonly DurableRecord[] {
  const limits = {minimumMs: 100, maximumMs: 300};
  const {world, members} = createConsortium({seed: 6, weights: [10, 20, 30], rounds: 3, limits});
  for (const member of members) world.start(member);
  world.after(110, () => world.crash(SELF));
  world.after(2500, () => world.start(SELF));
  runToTheEnd(world, members);
  return world.diskOf(SELF);
}

/** What a member wrote down in an asynchronous segment. */
function recordsOfSegment(): readonly DurableRecord[] {
  const {world, members} = createSegments({
    seed: 2,
    weights: [0.25, 0.5],
    values: VALUES,
    work: (member, unit) => new Float32Array(VALUES).fill(member + unit),
    unitMs: (member) => 60 + 20 * member,
    spec: {units: 3},
  });
  for (const member of members) world.start(member);
  runToTheEnd(world, members);
  return world.diskOf(SELF);
}

/** The results that a certificate names, and no ballot before it. */
function resultsTakenOver(records: readonly DurableRecord[]): string[] {
  const known = new Set<string>();
  return records.flatMap((record) => {
    if (record.kind === "ballot") known.add(record.snapshot.hash);
    return record.kind === "certificate" && !known.has(record.snapshot.hash) ? [record.snapshot.hash] : [];
  });
}

async function openStorage(files: CrashFileSystem): Promise<RunStorage> {
  return (await openStateDirectory("/state", files)).openRun(RUN);
}

/** Writes the records until something fails; how many were done. */
async function writeAll(
  records: readonly DurableRecord[],
  files: CrashFileSystem,
): Promise<{done: number; failure?: unknown}> {
  const vectors = new Set<string>();
  let done = 0;
  try {
    const storage = await openStorage(files);
    for (const record of records) {
      await writeRecord(storage, record, vectors);
      done += 1;
    }
    return {done};
  } catch (failure) {
    return {done, failure};
  }
}

/** What matters of a restored state, for comparison. */
function summary({certified, round}: Restored): unknown {
  return {
    result: certified?.snapshot.hash,
    contribution: round?.contribution?.hash,
    committedIn: round?.committedIn ?? -1,
    segment: round?.segment?.state,
    vectors: new Set(round?.segment?.blobs.map(({hash}) => hash)),
  };
}

const FATES: readonly [string, Fate][] = [
  ["all lost", () => 0],
  ["all kept", (count) => count],
  ["half kept", (count) => count >> 1],
];

describe.each([
  ["a member that was away", recordsOfAbsence],
  ["a member of an asynchronous segment", recordsOfSegment],
])("the records of %s", (_, write) => {
  let records: readonly DurableRecord[];
  beforeAll(() => {
    records = write();
  });

  it.each(FATES)("name nothing that a loss of power can take away (%s)", async (__, fate) => {
    const whole = createCrashFileSystem();
    expect(await writeAll(records, whole)).toEqual({done: records.length});
    for (let at = 1; at <= whole.operations(); at++) {
      const files = createCrashFileSystem();
      files.cutPowerAt(at);
      const {done, failure} = await writeAll(records, files);
      expect(failure, `operation ${at}`).toBeInstanceOf(PowerCut);
      files.restart(fate);
      const {restored} = await openRecords(
        await openStorage(files),
        () => ({layout: LAYOUT, values: VALUES}),
        null,
      );
      const legal = [done, done + 1].map((count) => summary(restoreSession(records.slice(0, count))));
      expect(legal, `operation ${at}`).toContainEqual(summary(restored));
    }
  });
});

it("are, of one that was away, such as took over a result; of a segment, such as have vectors", () => {
  expect(resultsTakenOver(recordsOfAbsence())).not.toEqual([]);
  const vectors = recordsOfSegment().map((record) => (record.kind === "async" ? record.blobs.length : 0));
  expect(Math.max(...vectors)).toBeGreaterThan(1);
});
