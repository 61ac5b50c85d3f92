import {fromString} from "uint8arrays";
import {describe, expect, it} from "vitest";
import {createIdentity} from "../../src/consortium/index.ts";
import {createRandom, present} from "../../src/core/index.ts";
import type {LedgerEntry, SoundLog} from "../../src/ledger/index.ts";
import {type CheckedLedger, checkStoredLedger} from "../../src/node/ledger/check-ledger.ts";
import {type FileSystem, inspectState} from "../../src/storage/index.ts";
import {
  type CrashFileSystem,
  createCrashFileSystem,
  type Fate,
  PowerCut,
} from "../storage/crash-file-system.ts";
import {DAY_MS, frameAt, handClock, IDENTITY, NOON_MS, openBench} from "./ledger-bench.ts";

async function stored(
  files: FileSystem,
): Promise<CheckedLedger & {readonly entries: readonly LedgerEntry[]}> {
  const entries: LedgerEntry[] = [];
  const ledger = await (await inspectState("/state", files)).readLedger();
  const checked = await checkStoredLedger(ledger, {
    writer: IDENTITY.peerId,
    onEntry: ({entry}) => void entries.push(entry),
  });
  return {...checked, entries};
}

const logOf = ({log}: CheckedLedger): SoundLog => present(log, "a log");
const bytesOf = (entries: readonly LedgerEntry[]): readonly (number | string)[] =>
  entries.map((entry) => (entry.kind === "release" ? entry.bytes : entry.kind));

async function tamper(
  files: CrashFileSystem,
  name: string,
  change: (bytes: Uint8Array) => Uint8Array,
): Promise<void> {
  const path = `/state/ledger/${name}`;
  const bytes = change(present(await files.read(path), "a file"));
  await files.remove(path);
  const file = await files.create(path, 0o600);
  await file.write(bytes);
  await file.sync();
}

describe("the ledger of a node", () => {
  it("keeps a segment for each day, and seals the day before when another begins", async () => {
    const files = createCrashFileSystem();
    const {clock, pass} = handClock();
    const {ledger, state} = await openBench(files, clock);
    await ledger.append([frameAt(NOON_MS, 1), frameAt(NOON_MS + 1, 2)]);
    await ledger.append([frameAt(NOON_MS + 2, 3)]);
    pass(DAY_MS);
    await ledger.append([frameAt(NOON_MS + 3, 4), frameAt(NOON_MS + DAY_MS, 5)]);
    await ledger.close();
    await state.close();
    const found = await stored(files);
    expect(found.names).toEqual(["0000000000000000-2026-11-25", "0000000000000005-2026-11-26"]);
    expect(bytesOf(found.entries)).toEqual([1, 2, 3, 4, "seal", 5]);
    expect(logOf(found)).toMatchObject({day: "2026-11-26", isSealed: false, frontier: {size: 6}});
  });

  it("goes on after a restart, and seals a day that ended meanwhile", async () => {
    const files = createCrashFileSystem();
    const {clock, pass} = handClock();
    const first = await openBench(files, clock);
    await first.ledger.append([frameAt(NOON_MS, 1)]);
    await first.ledger.close();
    await first.state.close();
    pass(60_000);
    const second = await openBench(files, clock);
    expect(bytesOf(second.heard)).toEqual([1]);
    await second.ledger.append([frameAt(NOON_MS + 60_000, 2)]);
    await second.ledger.close();
    await second.state.close();
    pass(3 * DAY_MS);
    const third = await openBench(files, clock);
    await third.ledger.close();
    await third.state.close();
    const found = await stored(files);
    expect(bytesOf(found.entries)).toEqual([1, 2, "seal"]);
    expect(logOf(found).isSealed).toBe(true);
  });

  it("seals the day at its end although nothing leaves", async () => {
    const files = createCrashFileSystem();
    const {clock, pass, fire, timers} = handClock();
    const {ledger, failures} = await openBench(files, clock);
    await ledger.append([frameAt(NOON_MS, 1)]);
    pass(DAY_MS / 2);
    fire();
    await ledger.append([]);
    expect(bytesOf((await stored(files)).entries)).toEqual([1, "seal"]);
    expect(timers.size).toBe(1);
    files.failAt(1, "ENOSPC");
    pass(1);
    await expect(ledger.append([frameAt(NOON_MS + DAY_MS / 2, 2)])).rejects.toMatchObject({
      code: "STORAGE_FULL",
    });
    await expect(ledger.append([frameAt(NOON_MS + DAY_MS / 2, 3)])).rejects.toMatchObject({
      code: "STORAGE_FULL",
    });
    fire();
    await Promise.resolve();
    await ledger.append([]).catch(() => {});
    expect(failures).toMatchObject([{code: "STORAGE_FULL"}]);
    await ledger.close();
    expect(timers.size).toBe(0);
  });

  it("bears a clock that goes back over midnight", async () => {
    const files = createCrashFileSystem();
    const {clock} = handClock();
    const {ledger} = await openBench(files, clock);
    for (const day of [1, 0, 1]) await ledger.append([frameAt(NOON_MS + day * DAY_MS, day)]);
    const found = await stored(files);
    expect(bytesOf(found.entries)).toEqual([1, "seal", 0, "seal", 1]);
    expect(found.names.length).toBe(3);
  });

  it("drops whole days that are older than it must keep, and stays verifiable", async () => {
    const files = createCrashFileSystem();
    const {clock, pass} = handClock();
    const {ledger, lines} = await openBench(files, clock, {retentionDays: 2});
    for (let day = 0; day < 5; day++) {
      await ledger.append([frameAt(NOON_MS + day * DAY_MS, day)]);
      pass(DAY_MS);
    }
    const found = await stored(files);
    expect(found.names.map((name) => name.slice(-10))).toEqual(["2026-11-27", "2026-11-28", "2026-11-29"]);
    expect(logOf(found)).toMatchObject({before: {size: 4}, frontier: {size: 9}});
    expect(lines.map((line) => line.slice(-10))).toEqual(["2026-11-25", "2026-11-26"]);
  });

  it("of another node's key is refused", async () => {
    const files = createCrashFileSystem();
    const {clock} = handClock();
    const {ledger, state} = await openBench(files, clock);
    await ledger.append([frameAt(NOON_MS, 1)]);
    await state.close();
    const identity = createIdentity(new Uint8Array(32).fill(2));
    await expect(openBench(files, clock, {identity})).rejects.toMatchObject({code: "LEDGER_FOREIGN"});
  });

  it("takes over what an older version counted, once", async () => {
    const files = createCrashFileSystem();
    const {clock} = handClock();
    await files.makeDirectory("/state");
    const write = async (name: string, text: string): Promise<void> => {
      const file = await files.create(`/state/${name}`, 0o600);
      await file.write(fromString(text));
      await file.sync();
    };
    const row = {day: "2026-11-20", hour: 3, peer: "south", kind: "update", messages: 2, bytes: 10};
    await write("formatVersion", "1\n");
    await write("releases.json", JSON.stringify({formatVersion: 1, releases: [row]}));
    const carried = {
      kind: "carried",
      day: "2026-11-20",
      name: "south",
      content: "update",
      messages: 2,
      bytes: 10,
    };
    for (let start = 0; start < 2; start++) {
      const {ledger, heard, state} = await openBench(files, clock);
      expect(heard).toMatchObject([carried]);
      await ledger.close();
      await state.close();
    }
    expect((await stored(files)).entries).toMatchObject([carried]);
    expect(await files.read("/state/releases.json")).toBeUndefined();
    expect(await files.list("/state/ledger")).toEqual(["0000000000000000-2026-11-25", "head"]);
  });
});

describe("damage", () => {
  async function twoDays(): Promise<CrashFileSystem> {
    const files = createCrashFileSystem();
    const {clock} = handClock();
    const {ledger, state} = await openBench(files, clock);
    for (const [day, bytes] of [
      [0, 1],
      [0, 2],
      [1, 3],
      [1, 4],
    ] as const)
      await ledger.append([frameAt(NOON_MS + day * DAY_MS, bytes)]);
    await ledger.close();
    await state.close();
    return files;
  }
  const NAMES = ["0000000000000000-2026-11-25", "0000000000000003-2026-11-26"] as const;

  it("anywhere in the files is found at the next start, with the entry where it begins", async () => {
    for (const name of NAMES) {
      const length = present(await (await twoDays()).read(`/state/ledger/${name}`), "a segment").length;
      for (let at = 0; at < length; at += 7) {
        const files = await twoDays();
        await tamper(files, name, (bytes) => bytes.map((byte, index) => (index === at ? byte ^ 0x10 : byte)));
        const {clock} = handClock();
        await expect(openBench(files, clock), `${name} ${at}`).rejects.toMatchObject({
          code: expect.stringMatching(/^LEDGER_(ENTRY_BAD|TRUNCATED)$/),
          data: {seq: expect.any(Number), day: name.slice(-10)},
        });
      }
    }
  });

  it("at the end, of entries that were signed, is no torn end and is not cut off", async () => {
    const files = await twoDays();
    await tamper(files, NAMES[1], (bytes) => bytes.slice(0, -5));
    const before = await files.read(`/state/ledger/${NAMES[1]}`);
    const {clock} = handClock();
    await expect(openBench(files, clock)).rejects.toMatchObject({
      code: "LEDGER_TRUNCATED",
      data: {seq: 4, day: "2026-11-26"},
    });
    expect(await files.read(`/state/ledger/${NAMES[1]}`)).toEqual(before);
  });

  it("of a write that was never finished is cut off, with a line in the log", async () => {
    const files = await twoDays();
    await tamper(files, NAMES[1], (bytes) => Uint8Array.from([...bytes, 1, 74, 70, 10, 9]));
    const {clock} = handClock();
    const {lines, ledger} = await openBench(files, clock);
    expect(lines).toEqual(["the torn end of an interrupted write was cut off the ledger 5 bytes"]);
    await ledger.append([frameAt(NOON_MS + DAY_MS, 5)]);
    expect((await stored(files)).tornBytes).toBe(0);
  });

  it("by a whole segment that is gone is found", async () => {
    const files = await twoDays();
    await files.remove(`/state/ledger/${NAMES[1]}`);
    const {clock} = handClock();
    await expect(openBench(files, clock)).rejects.toMatchObject({code: "LEDGER_TRUNCATED", data: {seq: 3}});
  });
});

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
