import {describe, expect, it} from "vitest";
import {CodedError} from "../../src/core/index.ts";
import type {LedgerEntry} from "../../src/ledger/index.ts";
import {openReleaseBook, type ReleaseBook} from "../../src/node/watch/release-book.ts";
import {handClock} from "./ledger-bench.ts";

const HOUR_MS = 3600 * 1000;
const RUN = "ab".repeat(16);
const PLAN = "cd".repeat(32);
const CONSENT: LedgerEntry = {kind: "consent", at: 0, run: RUN, plan: PLAN, decision: "approved"};

/** A book over a ledger in memory, with a clock that stands a second before a midnight. */
async function bench(kept: readonly LedgerEntry[] = [CONSENT], fails = false) {
  const {clock, timers, pass, fire} = handClock();
  pass(12 * HOUR_MS - 1000);
  const written: LedgerEntry[][] = [];
  const failures: unknown[] = [];
  let isClosed = false;
  const book = await openReleaseBook({
    clock,
    run: RUN,
    plan: PLAN,
    round: 4,
    nameOf: (member) => `name of ${member}`,
    onFatal: (error) => void failures.push(error),
    async openLedger(onEntry) {
      for (const entry of kept) onEntry(entry);
      return {
        async append(entries) {
          if (fails) throw new CodedError("STORAGE_FULL", "no room");
          written.push([...entries]);
        },
        async close() {
          isClosed = true;
        },
      };
    },
  });
  return {book, timers, written, failures, pass, fire, isClosed: () => isClosed};
}

const totals = (entries: readonly LedgerEntry[]): readonly [number, number] => {
  const left = entries.flatMap((entry) =>
    entry.kind === "release" || entry.kind === "carried" ? [entry] : [],
  );
  return [left.reduce((sum, {messages}) => sum + messages, 0), left.reduce((sum, {bytes}) => sum + bytes, 0)];
};
const countsOf = (book: ReleaseBook): readonly [number, number] => [
  book.counts().reduce((sum, {messages}) => sum + messages, 0),
  book.counts().reduce((sum, {bytes}) => sum + bytes, 0),
];

const carried = (day: string, bytes: number): LedgerEntry => ({
  kind: "carried",
  at: 0,
  day,
  name: "name of south",
  content: "update",
  messages: 2,
  bytes,
});

describe("the book of releases", () => {
  it("counts by hour, peer and kind, on top of what the ledger holds", async () => {
    const {book, pass} = await bench([CONSENT, carried("2026-11-24", 10)]);
    book.published("update", "aa");
    book.published("mixture", "bb");
    book.sentBlob("south", "aa", 100);
    book.sentBlob("south", "aa", 50);
    book.sentBlob("east", "bb", 7);
    book.sentFrame("south", 3);
    pass(1000);
    book.sentFrame("south", 4);
    const [south, east] = ["name of south", "name of east"];
    expect(book.counts()).toEqual([
      {day: "2026-11-24", hour: null, peer: south, kind: "update", messages: 2, bytes: 10},
      {day: "2026-11-25", hour: 23, peer: south, kind: "frame", messages: 1, bytes: 3},
      {day: "2026-11-25", hour: 23, peer: east, kind: "mixture", messages: 1, bytes: 7},
      {day: "2026-11-25", hour: 23, peer: south, kind: "update", messages: 2, bytes: 150},
      {day: "2026-11-26", hour: 0, peer: south, kind: "frame", messages: 1, bytes: 4},
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

  it("counts what it does not know as what tells most", async () => {
    const {book} = await bench();
    book.sentBlob("south", "never published", 5);
    expect(book.counts()).toMatchObject([{kind: "update", bytes: 5}]);
  });

  it("writes the consent before anything can leave, unless the ledger has it", async () => {
    const first = await bench([]);
    expect(first.written).toEqual([[{...CONSENT, at: expect.any(Number)}]]);
    const again = await bench([CONSENT]);
    expect(again.written).toEqual([]);
    const other = await bench([{...CONSENT, run: "ef".repeat(16)}]);
    expect(other.written.length).toBe(1);
  });

  it("writes one entry for a round, a peer, a kind, a blob and an hour", async () => {
    const {book, written, pass} = await bench();
    book.published("update", "aa");
    for (let time = 0; time < 3; time++) {
      book.sentFrame("south", 3);
      book.sentFrame("east", 2);
      book.sentBlob("south", "aa", 10);
    }
    pass(1000);
    book.sentFrame("south", 1);
    expect(written).toEqual([]);
    book.settled(4);
    book.settled(5);
    book.sentFrame("south", 1);
    book.settled(6);
    expect(written.map((entries) => entries.length)).toEqual([4, 1]);
    const [first = [], second = []] = written;
    expect(first[1]).toEqual({
      kind: "release",
      at: expect.any(Number),
      run: RUN,
      round: 4,
      peer: "east",
      name: "name of east",
      content: "frame",
      messages: 3,
      bytes: 6,
    });
    expect(first[2]).toMatchObject({peer: "south", content: "update", blob: "aa", messages: 3, bytes: 30});
    expect(second).toMatchObject([{round: 6, bytes: 1}]);
  });

  it("writes ten seconds after something left, and what is left when it is closed", async () => {
    const {book, timers, written, fire, isClosed} = await bench();
    book.sentFrame("south", 3);
    book.sentFrame("south", 4);
    expect([timers.size, written.length]).toEqual([1, 0]);
    fire();
    book.sentFrame("south", 5);
    await book.close();
    await book.close();
    expect(written.map(totals)).toEqual([
      [2, 7],
      [1, 5],
    ]);
    expect(totals(written.flat())).toEqual(countsOf(book));
    expect([timers.size, isClosed()]).toEqual([0, true]);
  });

  it("says that nothing more may leave when it cannot be written down", async () => {
    const {book, failures} = await bench([CONSENT], true);
    book.sentFrame("south", 3);
    await book.close();
    expect(failures).toMatchObject([{code: "STORAGE_FULL"}]);
    await expect(bench([], true)).rejects.toMatchObject({code: "STORAGE_FULL"});
  });
});
