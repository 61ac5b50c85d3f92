import {describe, expect, it} from "vitest";
import {type Clock, CodedError, silentLogger} from "../../src/core/index.ts";
import {openReleaseBook} from "../../src/node/watch/release-book.ts";
import type {ReleaseCount} from "../../src/storage/index.ts";

const HOUR_MS = 3600 * 1000;

/** A book whose timers are fired by hand, and what was written of it. */
async function bench(kept: readonly ReleaseCount[] = [], fail = false) {
  const timers = new Set<() => void>();
  const written: (readonly ReleaseCount[])[] = [];
  const warnings: string[] = [];
  let wallMs = Date.parse("2026-11-25T23:59:59Z");
  const clock: Clock = {
    nowMs: () => 0,
    wallMs: () => wallMs,
    after(_, action) {
      timers.add(action);
      return () => void timers.delete(action);
    },
  };
  const state = {
    readReleases: async () => ({releases: kept}),
    async writeReleases(releases: readonly ReleaseCount[]) {
      if (fail) throw new CodedError("STORAGE_FULL", "no room");
      written.push(releases);
    },
  };
  const logger = {...silentLogger, warn: (message: string) => void warnings.push(message)};
  const book = await openReleaseBook({state, clock, logger});
  const pass = (ms: number): void => {
    wallMs += ms;
  };
  return {book, timers, written, warnings, pass};
}

describe("the book of releases", () => {
  it("counts by hour, peer and kind, on top of what it kept", async () => {
    const before = {
      day: "2026-11-24",
      hour: null,
      peer: "south",
      kind: "update",
      messages: 2,
      bytes: 10,
    } as const;
    const {book, pass} = await bench([before]);
    book.published("update", "aa");
    book.published("mixture", "bb");
    book.sentBlob("south", "aa", 100);
    book.sentBlob("south", "aa", 50);
    book.sentBlob("east", "bb", 7);
    book.sentFrame("south", 3);
    pass(1000);
    book.sentFrame("south", 4);
    expect(book.counts()).toEqual([
      before,
      {day: "2026-11-25", hour: 23, peer: "south", kind: "frame", messages: 1, bytes: 3},
      {day: "2026-11-25", hour: 23, peer: "east", kind: "mixture", messages: 1, bytes: 7},
      {day: "2026-11-25", hour: 23, peer: "south", kind: "update", messages: 2, bytes: 150},
      {day: "2026-11-26", hour: 0, peer: "south", kind: "frame", messages: 1, bytes: 4},
    ]);
  });

  it("puts hours of long ago together into their days, and loses nothing by it", async () => {
    const {book, pass} = await bench();
    const messages = (): readonly (readonly [string, number | null, number])[] =>
      book.counts().map(({day, hour, messages: many}) => [day, hour, many]);
    for (let hour = 0; hour < 30; hour += 1) {
      book.sentFrame("south", 1);
      book.sentFrame("south", 1);
      pass(HOUR_MS);
    }
    book.sentFrame("south", 1);
    expect(messages()).toEqual([
      ["2026-11-25", null, 2],
      ["2026-11-26", null, 8],
      ...Array.from({length: 20}, (_, hour) => ["2026-11-26", hour + 4, 2]),
      ...Array.from({length: 6}, (_, hour) => ["2026-11-27", hour, hour === 5 ? 1 : 2]),
    ]);
  });

  it("puts together what it kept from before a long stop", async () => {
    const old = {day: "2026-11-24", peer: "south", kind: "frame", messages: 1, bytes: 5} as const;
    const {book} = await bench([
      {...old, hour: null},
      {...old, hour: 3},
      {...old, hour: 22},
    ]);
    expect(book.counts()).toEqual([
      {...old, hour: null, messages: 2, bytes: 10},
      {...old, hour: 22},
    ]);
  });

  it("counts what it does not know as what tells most", async () => {
    const {book} = await bench();
    book.sentBlob("south", "never published", 5);
    expect(book.counts()).toMatchObject([{kind: "update", bytes: 5}]);
  });

  it("writes a burst once, and what is left when it is closed", async () => {
    const {book, timers, written} = await bench();
    book.sentFrame("south", 3);
    book.sentFrame("south", 4);
    expect([timers.size, written.length]).toEqual([1, 0]);
    const [fire] = timers;
    fire?.();
    timers.clear();
    await Promise.resolve();
    book.sentFrame("south", 5);
    await book.close();
    await book.close();
    expect(written.map((counts) => counts.map(({messages, bytes}) => [messages, bytes]))).toEqual([
      [[2, 7]],
      [[3, 12]],
    ]);
  });

  it("bears a full disk with a warning", async () => {
    const {book, warnings} = await bench([], true);
    book.sentFrame("south", 3);
    await book.close();
    expect(warnings).toEqual(["counts of releases could not be kept"]);
  });
});
