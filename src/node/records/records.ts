import {decode} from "cborg";
import {z} from "zod";
import {CodedError, sha256} from "../../core/index.ts";
import type {PartMarks} from "../../data/index.ts";
import {restoreSession} from "../../gossip/index.ts";
import {openSnapshot, type Snapshot} from "../../parameters/index.ts";
import {
  type AsyncRecord,
  type Blob,
  type Certificate,
  canonicalBytes,
  type DurableRecord,
  decodeBody,
  decodeCertificate,
  type Restored,
  type RoundShape,
} from "../../rounds/index.ts";
import {segmentBlobs} from "../../segments/index.ts";
import type {RunStorage, StoredRun} from "../../storage/index.ts";
import type {NodeErrorCode} from "../errors.ts";
import type {TestQuestion} from "../results/final-result.ts";
import {foreignJournal} from "./foreign-journal.ts";
import {type ProofCheck, provenLiars} from "./kept-proofs.ts";

const bytesSchema = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const marksSchema = z.array(z.string()).readonly();
const partsSchema = z.strictObject({train: marksSchema, validation: marksSchema, test: marksSchema});
const recordSchema = z.discriminatedUnion("kind", [
  z.strictObject({kind: z.literal("contribution"), round: z.int(), hash: z.string()}),
  z.strictObject({
    kind: z.literal("ballot"),
    round: z.int(),
    accepted: z.strictObject({ballot: z.int(), body: bytesSchema}).nullable(),
    lock: bytesSchema.nullable(),
    committedIn: z.int().min(-1),
    snapshot: z.string(),
  }),
  z.strictObject({kind: z.literal("certificate"), certificate: bytesSchema}),
  z.strictObject({kind: z.literal("async"), round: z.int(), state: bytesSchema}),
  z.strictObject({
    kind: z.literal("site"),
    round: z.int(),
    contribution: z.string(),
    state: z.string(),
  }),
  z.strictObject({kind: z.literal("split"), manifest: z.string(), parts: partsSchema.optional()}),
  z.strictObject({kind: z.literal("values"), hash: z.string()}),
  z.strictObject({kind: z.literal("test-opened"), manifest: z.string(), result: z.string()}),
  z.strictObject({
    kind: z.literal("equivocation"),
    round: z.int(),
    member: z.string(),
    claims: bytesSchema,
  }),
  z.strictObject({
    kind: z.literal("fork"),
    round: z.int(),
    certificates: z.tuple([bytesSchema, bytesSchema]),
  }),
]);

/** A line of a run's journal; blobs lie beside it, named by their hashes. */
export type JournalRecord = Readonly<z.infer<typeof recordSchema>>;

/** Names the state that the site keeps of its training once a contribution of a round is used. */
export type SiteLine = Extract<JournalRecord, {kind: "site"}>;

/** The bytes of a journal record. */
export function encodeRecord(record: JournalRecord): Uint8Array {
  return canonicalBytes(record);
}

function decodeRecord(bytes: Uint8Array): JournalRecord {
  const parsed = recordSchema.safeParse(decode(bytes, {strict: true, rejectDuplicateMapKeys: true}));
  if (parsed.success) return parsed.data;
  throw foreignJournal("it holds a record that this version does not know");
}

/**
 * Writes a record of the protocol to disk: first the blob, then the line that names it, so no line ever names
 * a missing blob.
 * @param vectors hashes of an asynchronous segment's vectors that this process has written and not removed;
 * kept up
 */
export async function writeRecord(
  {journal, models}: Pick<RunStorage, "journal" | "models">,
  record: DurableRecord,
  vectors: Set<string> = new Set(),
): Promise<void> {
  switch (record.kind) {
    case "contribution": {
      const {hash, bytes} = record.contribution;
      await models.put(hash, bytes);
      return journal.append(encodeRecord({kind: "contribution", round: record.round, hash}));
    }
    case "ballot": {
      const {round, accepted, lock, committedIn, snapshot} = record;
      const isStored = (await models.list()).includes(snapshot.hash);
      if (!isStored) await models.put(snapshot.hash, snapshot.bytes);
      const line = {
        kind: "ballot",
        round,
        lock: lock && canonicalBytes(lock),
        committedIn,
        snapshot: snapshot.hash,
      } as const;
      const vote = accepted && {ballot: accepted.ballot, body: canonicalBytes(accepted.body)};
      return journal.append(encodeRecord({...line, accepted: vote}));
    }
    case "async":
      return writeSegment({journal, models}, record, vectors);
    default: {
      const {certificate, snapshot} = record;
      const isStored = (await models.list()).includes(snapshot.hash);
      if (!isStored) await models.put(snapshot.hash, snapshot.bytes);
      return journal.append(encodeRecord({kind: "certificate", certificate: canonicalBytes(certificate)}));
    }
  }
}

/**
 * Writes the position of an asynchronous segment, then removes the vectors that only the record before it
 * named.
 */
async function writeSegment(
  {journal, models}: Pick<RunStorage, "journal" | "models">,
  {round, state, blobs}: AsyncRecord,
  vectors: Set<string>,
): Promise<void> {
  for (const {hash, bytes} of blobs) if (!vectors.has(hash)) await models.put(hash, bytes);
  await journal.append(encodeRecord({kind: "async", round, state}));
  const named = new Set(blobs.map(({hash}) => hash));
  for (const hash of vectors) if (!named.has(hash)) await models.remove(hash);
  vectors.clear();
  for (const hash of named) vectors.add(hash);
}

/** The site's split as a run began with it. */
export interface SealedManifest {
  readonly manifest: string;
  /** The parts and their patients; null if an earlier version began the run and kept only the hash. */
  readonly parts: PartMarks | null;
}

/** The contents of a run's journal at opening. */
export interface OpenedRun {
  readonly restored: Restored;
  /** All certificates, oldest first. */
  readonly certificates: readonly Certificate[];
  /** The model and patients for which the test was opened; null: not yet. */
  readonly testOpened: TestQuestion | null;
  /** The site's split when the run began; null before. */
  readonly sealed: SealedManifest | null;
  /** Hash of the patients' values when the run began; null before. */
  readonly values: string | null;
  /** The states that the site kept of its training, oldest first. */
  readonly siteLines: readonly SiteLine[];
}

/** Reads the blobs that journal lines name. */
class BlobReader {
  readonly #storage: Pick<StoredRun, "models">;
  readonly #shapeOf: (round: number) => RoundShape;

  constructor(storage: Pick<StoredRun, "models">, shapeOf: (round: number) => RoundShape) {
    this.#storage = storage;
    this.#shapeOf = shapeOf;
  }

  async snapshot(round: number, hash: string | null): Promise<Snapshot | null> {
    const bytes = hash === null ? undefined : await this.#storage.models.get(hash);
    return bytes === undefined ? null : openSnapshot(sha256, bytes, this.#shapeOf(round));
  }

  async #segment(round: number, state: Uint8Array): Promise<AsyncRecord> {
    const blobs: Blob[] = [];
    for (const hash of segmentBlobs(state)) {
      const bytes = await this.#storage.models.get(hash);
      if (bytes === undefined) throw foreignJournal("a vector of its asynchronous segment is missing");
      blobs.push({hash, bytes});
    }
    return {kind: "async", round, state, blobs};
  }

  /** The record of `line`, or null when it is no longer of use. */
  async record(line: JournalRecord): Promise<DurableRecord | null> {
    if (line.kind === "contribution") {
      const bytes = await this.#storage.models.get(line.hash);
      if (bytes === undefined) return null;
      return {kind: "contribution", round: line.round, contribution: {hash: line.hash, bytes}};
    }
    if (line.kind === "async") return this.#segment(line.round, line.state);
    if (line.kind !== "ballot") return null;
    const {round, accepted, lock, committedIn} = line;
    const snapshot = await this.snapshot(round, line.snapshot);
    if (snapshot === null) throw foreignJournal("the result that this node voted for is missing");
    return {
      kind: "ballot",
      round,
      accepted: accepted && {ballot: accepted.ballot, body: decodeBody(accepted.body)},
      lock: lock && decodeCertificate(lock),
      committedIn,
      snapshot,
    };
  }
}

function newestOf(certificates: readonly Certificate[]): Certificate | undefined {
  return certificates.reduce<Certificate | undefined>(
    (best, certificate) =>
      best !== undefined && best.body.round >= certificate.body.round ? best : certificate,
    undefined,
  );
}

/** The lines about `round`; for a segment only the newest, because only its vectors are still there. */
function linesOf(lines: readonly JournalRecord[], round: number): JournalRecord[] {
  const ofRound = lines.filter((line) => "round" in line && line.round === round);
  const segment = ofRound.findLast((line) => line.kind === "async");
  return ofRound.filter((line) => line.kind !== "async" || line === segment);
}

/**
 * Reads the position of this node when it stopped.
 * @param proofs facts against which kept proofs are checked; null if the caller takes no part in the run, and
 * needs none
 * @throws NODE_JOURNAL_FOREIGN, NODE_RUN_FORKED, STORAGE_* for damaged files
 */
export async function openRecords(
  storage: Pick<StoredRun, "journal" | "models">,
  shapeOf: (round: number) => RoundShape,
  proofs: ProofCheck | null,
): Promise<OpenedRun> {
  const lines = storage.journal.entries().map(decodeRecord);
  refuseForked(lines);
  const blobs = new BlobReader(storage, shapeOf);
  const certificates = lines.flatMap((line) =>
    line.kind === "certificate" ? [decodeCertificate(line.certificate)] : [],
  );
  const records: DurableRecord[] = [];
  const newest = newestOf(certificates);
  const round = newest === undefined ? 0 : newest.body.round + 1;
  if (newest !== undefined) {
    const snapshot = await blobs.snapshot(newest.body.round, newest.body.result);
    if (snapshot === null) throw foreignJournal("the result of its last certificate is missing");
    records.push({kind: "certificate", certificate: newest, snapshot});
  }
  for (const line of linesOf(lines, round)) {
    const record = await blobs.record(line);
    if (record !== null) records.push(record);
  }
  const kept = lines.filter((line) => line.kind === "equivocation");
  const known = {
    equivocators: proofs === null ? [] : provenLiars(kept, proofs),
    certificates: certificates.filter((certificate) => certificate !== newest),
  };
  return {restored: restoreSession(records, known), certificates, ...siteRecords(lines)};
}

/**
 * Refuses a run that was decided in two ways: it does not go on because a supervisor starts its node again.
 */
function refuseForked(lines: readonly JournalRecord[]): void {
  const fork = lines.find((line) => line.kind === "fork");
  if (fork === undefined) return;
  const code: NodeErrorCode = "NODE_RUN_FORKED";
  throw new CodedError(
    code,
    `round ${fork.round + 1} was decided in two ways, as this node found before it stopped`,
    {
      data: {round: fork.round},
      hint: "Both certificates are in the run's journal. The members have to agree who goes on, in a run of a new plan.",
    },
  );
}

/**
 * The journal's facts about the site itself: its patients' parts and values, its training, and whether its
 * test was opened.
 */
function siteRecords(
  lines: readonly JournalRecord[],
): Pick<OpenedRun, "testOpened" | "sealed" | "values" | "siteLines"> {
  const opened = lines.findLast((line) => line.kind === "test-opened");
  const split = lines.findLast((line) => line.kind === "split");
  return {
    testOpened: opened === undefined ? null : {manifest: opened.manifest, result: opened.result},
    sealed: split === undefined ? null : {manifest: split.manifest, parts: split.parts ?? null},
    values: lines.find((line) => line.kind === "values")?.hash ?? null,
    siteLines: lines.filter((line) => line.kind === "site"),
  };
}
