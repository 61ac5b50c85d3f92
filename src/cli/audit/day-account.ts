import {at} from "../../core/index.ts";
import type {LedgerEntry} from "../../ledger/index.ts";
import type {ReleaseKind} from "../../node/index.ts";

/** A row of a day's account: the amount of one kind that went to one peer. */
export interface DayRow {
  /** The peer's name on the roster. */
  readonly peer: string;
  readonly kind: ReleaseKind;
  readonly messages: number;
  readonly bytes: number;
  /** The rounds in which it left, from 0, ascending; empty if they are not known. */
  readonly rounds: readonly number[];
}

/** The account of a day (UTC), as verified entries of a ledger give it. */
export interface DayAccount {
  readonly day: string;
  /** True if nothing can be added to the day. */
  readonly isSealed: boolean;
  /** Ordered by peer, then by kind. */
  readonly rows: readonly DayRow[];
  /** Plans that the site approved on that day. */
  readonly consents: readonly {readonly plan: string; readonly run: string}[];
}

type LeavingEntry = Extract<LedgerEntry, {kind: "release" | "carried"}>;

interface Sum {
  readonly first: LeavingEntry;
  messages: number;
  bytes: number;
  readonly rounds: Set<number>;
}

function rowOf({first, messages, bytes, rounds}: Sum): DayRow {
  const ascending = [...rounds].sort((a, b) => a - b);
  return {peer: first.name, kind: first.content, messages, bytes, rounds: ascending};
}

/** Adds up the entries of one day. */
export function accountOf(day: string, entries: readonly LedgerEntry[]): DayAccount {
  const sums = new Map<string, Sum>();
  for (const entry of entries) {
    if (entry.kind !== "release" && entry.kind !== "carried") continue;
    const key = `${entry.name} ${entry.content}`;
    const sum = sums.get(key) ?? {first: entry, messages: 0, bytes: 0, rounds: new Set()};
    sum.messages += entry.messages;
    sum.bytes += entry.bytes;
    if (entry.kind === "release") sum.rounds.add(entry.round);
    sums.set(key, sum);
  }
  return {
    day,
    isSealed: entries.some(({kind}) => kind === "seal"),
    rows: [...sums.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => rowOf(sum)),
    consents: entries.flatMap((entry) =>
      entry.kind === "consent" ? [{plan: entry.plan, run: entry.run}] : [],
    ),
  };
}

/** Rounds for people, who count from 1: `1-3, 7`; a dash if they are not known. */
export function stretchesText(rounds: readonly number[]): string {
  const stretches: [number, number][] = [];
  for (const round of rounds) {
    const last = stretches.at(-1);
    if (last !== undefined && last[1] === round - 1) last[1] = round;
    else stretches.push([round, round]);
  }
  const texts = stretches.map(([from, to]) => (from === to ? `${from + 1}` : `${from + 1}-${to + 1}`));
  return texts.length === 0 ? "-" : texts.join(", ");
}

const HEAD = ["peer", "kind", "messages", "bytes", "rounds"] as const;

/** The account for people: what was approved, a table of what left, and whether the day is over. */
export function accountText({day, isSealed, rows, consents}: DayAccount): string {
  const cells = rows.map(({peer, kind, messages, bytes, rounds}) => [
    peer,
    kind,
    String(messages),
    String(bytes),
    stretchesText(rounds),
  ]);
  const widths = HEAD.map((head, column) =>
    Math.max(head.length, ...cells.map((row) => at(row, column).length)),
  );
  const lineOf = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const width = at(widths, column);
        return column === 2 || column === 3 ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  const total = rows.reduce((sum, {bytes}) => sum + bytes, 0);
  return [
    ...consents.map(({plan, run}) => `approved: plan ${plan}, run ${run}`),
    ...(rows.length === 0 ? ["nothing left"] : [HEAD, ...cells].map(lineOf)),
    `${total} bytes left on ${day} (UTC); the day is ${isSealed ? "sealed" : "not sealed yet"}`,
  ].join("\n");
}
