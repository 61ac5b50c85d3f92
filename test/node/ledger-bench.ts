import {createIdentity} from "../../src/consortium/index.ts";
import {type Clock, type Logger, silentLogger} from "../../src/core/index.ts";
import type {LedgerEntry} from "../../src/ledger/index.ts";
import {type CheckedLedger, checkStoredLedger} from "../../src/node/ledger/check-ledger.ts";
import {type NodeLedger, openNodeLedger} from "../../src/node/ledger/node-ledger.ts";
import {
  type FileSystem,
  inspectState,
  openStateDirectory,
  type StateDirectory,
} from "../../src/storage/index.ts";

export const DAY_MS = 86_400_000;
export const NOON_MS = Date.parse("2026-11-25T12:00:00Z");
export const IDENTITY = createIdentity(new Uint8Array(32).fill(1));

/** A clock that is set by hand, whose timers are fired by hand. */
export function handClock() {
  let wallMs = NOON_MS;
  const timers = new Set<() => void>();
  const clock: Clock = {
    nowMs: () => wallMs,
    wallMs: () => wallMs,
    after(_, action) {
      timers.add(action);
      return () => void timers.delete(action);
    },
  };
  return {
    clock,
    timers,
    pass: (ms: number): void => {
      wallMs += ms;
    },
    fire: (): void => {
      const due = [...timers];
      timers.clear();
      for (const action of due) action();
    },
  };
}

export function frameAt(at: number, bytes: number): LedgerEntry {
  return {
    kind: "release",
    at,
    run: "ab".repeat(16),
    round: 3,
    peer: "peer",
    name: "south",
    content: "frame",
    messages: 1,
    bytes,
  };
}

/** A ledger that was opened in a state directory, what it told at opening, and its log lines. */
export interface OpenedBench {
  readonly state: StateDirectory;
  readonly ledger: NodeLedger;
  readonly heard: readonly LedgerEntry[];
  readonly lines: readonly string[];
  readonly failures: readonly unknown[];
}

export async function openBench(
  files: FileSystem,
  clock: Clock,
  {
    retentionDays,
    identity = IDENTITY,
  }: {readonly retentionDays?: number; readonly identity?: typeof IDENTITY} = {},
): Promise<OpenedBench> {
  const heard: LedgerEntry[] = [];
  const lines: string[] = [];
  const failures: unknown[] = [];
  const line = (message: string, fields?: Readonly<Record<string, unknown>>): void =>
    void lines.push(`${message} ${String(fields?.["detail"])}`);
  const logger: Logger = {...silentLogger, warn: line, info: line};
  const state = await openStateDirectory("/state", files);
  const ledger = await openNodeLedger({
    state,
    identity,
    clock,
    logger,
    ...(retentionDays === undefined ? {} : {retentionDays}),
    onEntry: (entry) => void heard.push(entry),
    onFatal: (error) => void failures.push(error),
  });
  return {state, ledger, heard, lines, failures};
}

/** Verifies the ledger on a disk, and gives its entries too. */
export async function stored(
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

/** The bytes of each release, and the kind of each other entry. */
export const bytesOf = (entries: readonly LedgerEntry[]): readonly (number | string)[] =>
  entries.map((entry) => (entry.kind === "release" ? entry.bytes : entry.kind));
