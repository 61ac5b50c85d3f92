/*
 * Holds the ledger against an independent program, the PyPI package aics-tlog, in both directions: it verifies 1,000 random
 * logs of ours, and we verify what it makes of the same entries; both refuse any changed byte. Then the
 * processor time is measured in which a log of 10^6 entries is verified. `npx tsx scripts/check-ledgers.ts PYTHON`, where PYTHON (3.12 or later) has what
 * scripts/ledgers/requirements.txt lists; without it only the time is measured.
 */
import "../src/core/polyfill.ts";
import {spawnSync} from "node:child_process";
import {mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import path from "node:path";
import {createIdentity, publicKeyOf, verifyText} from "../src/consortium/index.ts";
import {createRandom, present, type Random, sha256, toHex} from "../src/core/index.ts";
import {
  formatBundle,
  type LedgerEntry,
  LogCheck,
  makeBatch,
  newLog,
  openCheckpoint,
  originOf,
  segmentHeader,
  utcDay,
} from "../src/ledger/index.ts";
import {EMPTY_FRONTIER, frontierRoot, leafHash, withLeaf} from "../src/ledger/merkle.ts";
import {consistencyProof, inclusionProof, isConsistent, isIncluded} from "../src/ledger/proofs.ts";
import {decodeLogRecord} from "../src/ledger/segment.ts";

const LOGS = 1000;
const MANY = 1_000_000;
const BATCH = 50;
const MOST_SECONDS = 60;
const BEGAN_MS = Date.parse("2026-12-01T00:00:00Z");
const primitives = {hash: sha256, publicKeyOf, verify: verifyText};
const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));

interface ForeignLog {
  readonly head: string;
  readonly leaves: readonly string[];
  readonly inclusion: readonly (readonly string[])[];
  readonly consistency: readonly (readonly string[])[];
}

function randomEntry(random: Random, number: number): LedgerEntry {
  const [run, blob] = [
    toHex(sha256(Uint8Array.of(1))).slice(0, 32),
    toHex(sha256(Uint8Array.of(number % 256))),
  ];
  const peer = `peer ${random.below(24)}`;
  const common = {
    kind: "release",
    at: BEGAN_MS + number,
    run,
    round: number % 500,
    peer,
    name: peer,
  } as const;
  const bytes = random.below(2 ** 31);
  return random.below(2) === 0
    ? {...common, content: "frame", messages: 1 + random.below(9), bytes}
    : {...common, content: "update", blob, messages: 1, bytes};
}

/** The records of a log of one day, in batches of at most `most` entries. */
function randomLog(random: Random, entries: number, most: number) {
  const seed = new Uint8Array(32).map(() => random.below(256));
  const {peerId, publicKey, signText} = createIdentity(seed);
  const signer = {peerId, publicKey, sign: signText};
  let end = newLog(originOf(peerId, BEGAN_MS));
  const records = [segmentHeader(end, utcDay(BEGAN_MS))];
  for (let made = 0; made < entries; ) {
    const count = Math.min(entries - made, 1 + random.below(most));
    const first = made;
    const batch = makeBatch(
      sha256,
      signer,
      end,
      Array.from({length: count}, (_, index) => randomEntry(random, first + index)),
    );
    for (const record of batch.records) records.push(record);
    end = batch.end;
    made += count;
  }
  return {seed, records, end};
}

function lineFor(random: Random): string {
  const {seed, records, end} = randomLog(random, 1 + random.below(40), 8);
  const head = present(end.checkpoint, "a head");
  const leaves = records.filter((record) => decodeLogRecord(record)?.kind === "release");
  const range = {before: EMPTY_FRONTIER, leaves: leaves.map((leaf) => leafHash(sha256, leaf))};
  const size = leaves.length;
  const log = {
    seed: toHex(seed),
    origin: end.origin,
    bundle: formatBundle({head, proof: [], records}),
    inclusion: leaves.map((_, index) => inclusionProof(sha256, range, index, size).map(toBase64)),
    consistency: Array.from({length: size + 1}, (_, first) =>
      consistencyProof(sha256, range, first, size).map(toBase64),
    ),
  };
  return `${JSON.stringify(log)}\n`;
}

function refuse(what: string, isWrong: boolean): void {
  if (isWrong) throw new Error(`${what} of the other program`);
}

/** Verifies what the other program made of one log, and that a changed byte of it is refused. */
function checkForeign({head: note, leaves: texts, inclusion, consistency}: ForeignLog, random: Random): void {
  const leaves = texts.map((text) => leafHash(sha256, fromBase64(text)));
  const head = openCheckpoint(primitives, note);
  const roots = [EMPTY_FRONTIER];
  for (const leaf of leaves) roots.push(withLeaf(sha256, present(roots.at(-1), "a frontier"), leaf));
  const rootAt = (size: number): Uint8Array => frontierRoot(sha256, present(roots[size], "a frontier"));
  const size = leaves.length;
  const root = rootAt(size);
  refuse("refused the head", head === null || head.size !== size || toHex(head.root) !== toHex(root));
  const place = random.below(note.length);
  const changed = note.slice(0, place) + (note[place] === "A" ? "B" : "A") + note.slice(place + 1);
  refuse("accepted a changed head", openCheckpoint(primitives, changed) !== null);
  for (const [index, texted] of inclusion.entries()) {
    const claim = {leaf: present(leaves[index], "a leaf"), index, size, root, proof: texted.map(fromBase64)};
    refuse("refused a proof of inclusion", !isIncluded(sha256, claim));
    refuse("accepted another leaf", isIncluded(sha256, {...claim, leaf: sha256(claim.leaf)}));
  }
  for (const [before, texted] of consistency.entries()) {
    const first = before + 1;
    const claim = {
      first,
      firstRoot: rootAt(first),
      second: size,
      secondRoot: root,
      proof: texted.map(fromBase64),
    };
    refuse("refused a proof of consistency", !isConsistent(sha256, claim));
    refuse("accepted another root", isConsistent(sha256, {...claim, secondRoot: sha256(root)}));
  }
}

async function compare(python: string): Promise<void> {
  const random = createRandom({seed: 1, site: "", round: 0, purpose: "ledgers"});
  const folder = await mkdtemp(path.join(tmpdir(), "consilium-ledgers-"));
  try {
    const [source, target] = [path.join(folder, "ours"), path.join(folder, "theirs")];
    await writeFile(source, Array.from({length: LOGS}, () => lineFor(random)).join(""));
    const program = path.join(import.meta.dirname, "ledgers", "check_ledgers.py");
    const {status, error} = spawnSync(python, [program, source, target], {stdio: "inherit"});
    if (status !== 0) throw new Error(`aics-tlog refused a log, or could not run (${String(error)})`);
    const lines = (await readFile(target, "utf8")).trim().split("\n");
    if (lines.length !== LOGS) throw new Error(`aics-tlog made ${lines.length} logs of ${LOGS}`);
    for (const line of lines) checkForeign(JSON.parse(line) as ForeignLog, random);
    console.log(`${lines.length} logs of aics-tlog verified here, and refused after a changed byte`);
  } finally {
    await rm(folder, {recursive: true});
  }
}

function measure(): void {
  const random = createRandom({seed: 2, site: "", round: 0, purpose: "ledgers"});
  const {records, end} = randomLog(random, MANY, BATCH);
  const bytes = records.reduce((sum, record) => sum + record.length, 0);
  const start = process.cpuUsage();
  const check = new LogCheck({primitives});
  for (const record of records) check.add(record);
  const log = present(check.end(end.checkpoint), "a log");
  const {user, system} = process.cpuUsage(start);
  const seconds = (user + system) / 1e6;
  console.log(
    `${log.frontier.size} entries with ${log.heads} signed heads, ${(bytes / 2 ** 20).toFixed(0)} MiB, verified in ${seconds.toFixed(1)} s of processor time`,
  );
  if (seconds > MOST_SECONDS) throw new Error(`verifying took longer than ${MOST_SECONDS} s`);
}

const [python] = process.argv.slice(2);
if (python !== undefined) await compare(python);
measure();
