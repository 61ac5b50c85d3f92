import {fromString} from "uint8arrays";
import {describe, expect, it} from "vitest";
import {createIdentity} from "../../src/consortium/index.ts";
import {present} from "../../src/core/index.ts";
import type {SoundLog} from "../../src/ledger/index.ts";
import type {CheckedLedger} from "../../src/node/ledger/check-ledger.ts";
import {type CrashFileSystem, createCrashFileSystem} from "../storage/crash-file-system.ts";
import {bytesOf, DAY_MS, frameAt, handClock, NOON_MS, openBench, stored} from "./ledger-bench.ts";

const logOf = ({log}: CheckedLedger): SoundLog => present(log, "a log");
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
