import {fromString} from "uint8arrays";
import {describe, expect, it} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import type {FileSystem} from "../../src/storage/index.ts";
import {
  type CrashFileSystem,
  createCrashFileSystem,
  type Fate,
  PowerCut,
} from "../storage/crash-file-system.ts";
import {bytesOf, DAY_MS, frameAt, handClock, openBench, stored} from "./ledger-bench.ts";

const FATES: readonly [string, () => Fate][] = [
  ["all unsynced is lost", () => () => 0],
  ["all unsynced is kept", () => (count) => count],
  ...[1, 2].map((seed): [string, () => Fate] => [
    `seed ${seed}`,
    () => {
      const random = createRandom({seed, site: "", round: 0, purpose: "crash"});
      return (count) => random.below(Math.max(1, count + 1));
    },
  ]),
];

/** Five days of entries, of which two are dropped again; `done` holds the bytes of those that were confirmed. */
async function fiveDays(files: FileSystem): Promise<{readonly done: number[]; readonly failure?: unknown}> {
  const {clock, pass} = handClock();
  const done: number[] = [];
  try {
    const {ledger} = await openBench(files, clock, {retentionDays: 2});
    for (let step = 0; step < 10; step++) {
      await ledger.append([frameAt(clock.wallMs(), 2 * step), frameAt(clock.wallMs(), 2 * step + 1)]);
      done.push(2 * step, 2 * step + 1);
      pass(DAY_MS / 2);
    }
    return {done};
  } catch (failure) {
    return {done, failure};
  }
}

describe.each(FATES)("after a loss of power at any operation (%s)", (_, fateOf) => {
  it("the ledger is valid, has all entries that were confirmed, and goes on", async () => {
    const whole = createCrashFileSystem();
    await fiveDays(whole);
    const operations = whole.operations();
    expect(operations).toBeGreaterThan(60);
    for (let at = 1; at <= operations; at++) {
      const files = createCrashFileSystem();
      files.cutPowerAt(at);
      const {done, failure} = await fiveDays(files);
      expect(failure, `operation ${at}`).toBeInstanceOf(PowerCut);
      files.restart(fateOf());
      const {clock, pass} = handClock();
      pass(6 * DAY_MS);
      const {ledger, state} = await openBench(files, clock);
      await ledger.append([frameAt(clock.wallMs(), 99)]);
      await ledger.close();
      await state.close();
      const found = bytesOf((await stored(files)).entries).filter((bytes) => typeof bytes === "number");
      expect(found.at(-1), `operation ${at}`).toBe(99);
      const kept = found.slice(0, -1);
      const first = kept[0] ?? 0;
      expect(kept, `operation ${at}`).toEqual(kept.map((_entry, index) => Number(first) + index));
      const [last, lastKept] = [done.at(-1) ?? -1, kept.at(-1) ?? -1];
      expect(Number(lastKept), `operation ${at}`).toBeGreaterThanOrEqual(last);
    }
  });
});

describe.each(FATES)("after a loss of power while an old format is taken over (%s)", (_, fateOf) => {
  const ROW = {day: "2026-11-20", hour: 3, peer: "south", kind: "update", messages: 2, bytes: 10};

  async function oldDisk(): Promise<CrashFileSystem> {
    const files = createCrashFileSystem();
    await files.makeDirectory("/state");
    const contents = [
      ["formatVersion", "1\n"],
      ["releases.json", JSON.stringify({formatVersion: 1, releases: [ROW]})],
    ] as const;
    for (const [name, text] of contents) {
      const file = await files.create(`/state/${name}`, 0o600);
      await file.write(fromString(text));
      await file.sync();
    }
    await files.syncDirectory("/state");
    return files;
  }

  it("the old counts are in the ledger once", async () => {
    const whole = await oldDisk();
    const before = whole.operations();
    await openBench(whole, handClock().clock);
    const operations = whole.operations() - before;
    expect(operations).toBeGreaterThan(15);
    for (let at = 1; at <= operations; at++) {
      const files = await oldDisk();
      files.cutPowerAt(at);
      await expect(openBench(files, handClock().clock), `operation ${at}`).rejects.toBeInstanceOf(PowerCut);
      files.restart(fateOf());
      const {ledger, state} = await openBench(files, handClock().clock);
      await ledger.close();
      await state.close();
      expect((await stored(files)).entries, `operation ${at}`).toMatchObject([{kind: "carried", bytes: 10}]);
    }
  });
});
