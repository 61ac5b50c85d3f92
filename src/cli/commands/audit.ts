import {resolve} from "node:path";
import {z} from "zod";
import {createIdentity} from "../../consortium/index.ts";
import {CodedError} from "../../core/index.ts";
import {type Checkpoint, formatBundle, type LedgerEntry, type SoundLog, utcDay} from "../../ledger/index.ts";
import {checkBundle, checkStoredLedger, exportBundle} from "../../node/index.ts";
import {inspectState, type StoredLedger} from "../../storage/index.ts";
import {accountOf, accountText} from "../audit/day-account.ts";
import {defineCommand, defineGroup, usageError} from "../command.ts";
import type {CliErrorCode} from "../errors.ts";
import {readBundle} from "../input-file.ts";
import {writeNew} from "../output-file.ts";
import {print, printNote} from "../printable.ts";

const stateFlag = {type: "string", demandOption: true, describe: "the node's state directory"} as const;

/** A ledger on disk, and the node whose key lies beside it, which must have written it. */
interface OpenedLedger {
  readonly ledger: StoredLedger;
  readonly writer?: string;
}

/** Opens the ledger in a state directory; a copy without the node's key is taken as what it says it is. */
async function openLedger(path: string): Promise<OpenedLedger> {
  const state = await inspectState(resolve(path));
  const seed = await state.readNodeKey();
  const ledger = await state.readLedger();
  return seed === undefined ? {ledger} : {ledger, writer: createIdentity(seed).peerId};
}

function missing(what: string, hint: string): CodedError<CliErrorCode> {
  return new CodedError<CliErrorCode>("CLI_LEDGER_MISSING", what, {hint});
}

function checkedDay(day: string): string {
  if (z.iso.date().safeParse(day).success) return day;
  throw usageError(`--day takes a day, not ${day}`, "Write it as 2026-12-01; days are those of UTC.");
}

function soundText(what: string, {origin, before, frontier, day, heads}: SoundLog): string {
  const count = frontier.size - before.size;
  const until = day === null ? "" : `, until ${day}`;
  return `${what} is sound: ${count} entries from number ${before.size}${until}, ${heads} signed heads, of the log ${origin}`;
}

function headText({size, root}: Checkpoint): string {
  return `newest head: ${size} entries, root ${Buffer.from(root).toString("base64")}`;
}

async function verifyState(path: string, earlier: Checkpoint | null): Promise<void> {
  const {ledger, ...expected} = await openLedger(path);
  const {log, check, tornBytes} = await checkStoredLedger(ledger, expected);
  if (log === null)
    throw missing(`there is no ledger in ${path}`, "Name the state directory of a node that has run.");
  if (earlier !== null) check.holdAgainst(earlier);
  print(soundText(path, log));
  if (earlier !== null) print("it goes on from the bundle");
  if (tornBytes > 0)
    printNote(`${tornBytes} bytes of an interrupted write follow; the next start cuts them off.`);
}

const verifyCommand = defineCommand({
  command: "verify",
  describe: "recompute a ledger with its signatures, offline, and name the first bad entry",
  options: {
    state: {...stateFlag, demandOption: false},
    bundle: {type: "string", describe: "a bundle; with --state too, the ledger there must go on from it"},
  },
  async handler({state, bundle}) {
    if (state === undefined && bundle === undefined)
      throw usageError("neither --state nor --bundle is given", "Name what is to be verified.");
    let earlier: Checkpoint | null = null;
    if (bundle !== undefined) {
      const {log, head} = checkBundle(await readBundle(bundle));
      earlier = head;
      print(`${soundText(bundle, log)}\n${headText(head)}`);
    }
    if (state !== undefined) await verifyState(state, earlier);
    return 0;
  },
});

const showCommand = defineCommand({
  command: "show",
  describe: "say what left on a day, to whom and in which rounds, from the verified ledger",
  options: {
    state: stateFlag,
    day: {type: "string", demandOption: true, describe: "the day (UTC), such as 2026-12-01"},
    json: {type: "boolean", default: false, describe: "print it as JSON; rounds count from 0 there"},
  },
  async handler({state, day, json}) {
    const wanted = checkedDay(day);
    const {ledger, ...expected} = await openLedger(state);
    const entries: LedgerEntry[] = [];
    await checkStoredLedger(ledger, {
      ...expected,
      onEntry({entry}) {
        const isDated = entry.kind === "carried" || entry.kind === "seal";
        if ((isDated ? entry.day : utcDay(entry.at)) === wanted) entries.push(entry);
      },
    });
    if (entries.length === 0)
      throw missing(
        `the ledger in ${state} has no entry of ${wanted}`,
        "Nothing left on that day, or it was dropped; a bundle that was exported before still shows it.",
      );
    const account = accountOf(wanted, entries);
    print(json ? JSON.stringify(account, null, 2) : accountText(account));
    return 0;
  },
});

const exportCommand = defineCommand({
  command: "export",
  describe: "write the ledger, or one day of it, as a file that can be verified anywhere",
  options: {
    state: stateFlag,
    out: {type: "string", demandOption: true, describe: "the new file"},
    day: {type: "string", describe: "only this day (UTC), with the proof that it belongs to the newest head"},
  },
  async handler({state, out, day}) {
    const {ledger, ...expected} = await openLedger(state);
    const bundle = await exportBundle(ledger, {
      ...expected,
      ...(day === undefined ? {} : {day: checkedDay(day)}),
    });
    if (bundle === null)
      throw missing(`the ledger in ${state} has nothing to export`, "Check the state directory and the day.");
    await writeNew(out, formatBundle(bundle));
    const {log, head} = checkBundle(bundle);
    printNote(`${soundText(out, log)}\n${headText(head)}`);
    return 0;
  },
});

/** `consilium audit verify`, `consilium audit show` and `consilium audit export`. */
export const auditCommand = defineGroup(
  "audit",
  "verify, show and export the ledger of what left this node",
  [verifyCommand, showCommand, exportCommand],
);
