import {decode} from "cborg";
import {z} from "zod";
import {CodedError, sha256} from "../core/index.ts";
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
  restoreSession,
  segmentBlobs,
} from "../gossip/index.ts";
import {openSnapshot, type Snapshot} from "../parameters/index.ts";
import type {RunStorage} from "../storage/index.ts";
import type {NodeErrorCode} from "./errors.ts";

const bytesSchema = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const recordSchema = z.discriminatedUnion("kind", [
  z.strictObject({kind: z.literal("contribution"), round: z.int(), hash: z.string()}),
  z.strictObject({
    kind: z.literal("ballot"),
    round: z.int(),
    promised: z.int(),
    accepted: z.strictObject({ballot: z.int(), body: bytesSchema}).nullable(),
    snapshot: z.string().nullable(),
  }),
  z.strictObject({kind: z.literal("certificate"), certificate: bytesSchema}),
  z.strictObject({kind: z.literal("async"), round: z.int(), state: bytesSchema}),
  z.strictObject({
    kind: z.literal("site"),
    round: z.int(),
    contribution: z.string(),
    state: z.string(),
  }),
  z.strictObject({kind: z.literal("split"), manifest: z.string()}),
  z.strictObject({kind: z.literal("test-opened"), manifest: z.string(), result: z.string()}),
  z.strictObject({
    kind: z.literal("equivocation"),
    round: z.int(),
    member: z.string(),
    ballot: z.int(),
    votes: z.array(z.strictObject({body: z.string(), signature: bytesSchema})),
  }),
]);

/** A line of a run's journal; blobs lie beside it, named by their hashes. */
export type JournalRecord = Readonly<z.infer<typeof recordSchema>>;

/** Names what the site keeps of its training once a contribution of a round is used. */
export type SiteLine = Extract<JournalRecord, {kind: "site"}>;

/** The bytes of a journal record. */
export function encodeRecord(record: JournalRecord): Uint8Array {
  return canonicalBytes(record);
}

function foreign(fault: string): CodedError<NodeErrorCode> {
  return new CodedError("NODE_JOURNAL_FOREIGN", `the run's journal can not be resumed: ${fault}`, {
    hint: "Start the version that wrote it, or restore the state directory from a backup.",
  });
}

function decodeRecord(bytes: Uint8Array): JournalRecord {
  const parsed = recordSchema.safeParse(decode(bytes, {strict: true, rejectDuplicateMapKeys: true}));
  if (parsed.success) return parsed.data;
  throw foreign("it holds a record that this version does not know");
}

/**
 * Writes what the protocol wants on disk: first the blob, then the line that names it, so that no line ever
 * names a blob that is not there.
 * @param vectors hashes of an asynchronous segment's vectors that this process has written and not removed; kept up
 */
export async function writeRecord(
  {journal, models}: RunStorage,
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
      const {round, promised, accepted, snapshot} = record;
      if (snapshot !== null) await models.put(snapshot.hash, snapshot.bytes);
      const vote = accepted === null ? null : {ballot: accepted.ballot, body: canonicalBytes(accepted.body)};
      return journal.append(
        encodeRecord({kind: "ballot", round, promised, accepted: vote, snapshot: snapshot?.hash ?? null}),
      );
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

/** Writes where an asynchronous segment stands, then removes the vectors that only the record before it named. */
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

/**
 * Seals the site's split for the run: its patients stay who they were, and in which part, from the first start on.
 * @throws NODE_DATA_CHANGED, STORAGE_*
 */
export async function sealSplit(
  {journal}: RunStorage,
  sealed: string | null,
  manifest: string,
): Promise<void> {
  if (sealed === null) return journal.append(encodeRecord({kind: "split", manifest}));
  if (sealed === manifest) return undefined;
  const code: NodeErrorCode = "NODE_DATA_CHANGED";
  throw new CodedError(code, "the site's patients or their split are not those that this run began with", {
    hint: "Bring back the data file as it was; new patients take part in the next run (attempt in node.yaml).",
  });
}

/** What a run's journal says at opening. */
export interface OpenedRun {
  readonly restored: Restored;
  /** All certificates, oldest first. */
  readonly certificates: readonly Certificate[];
  readonly isTestOpened: boolean;
  /** Hash of the site's split when the run began; null before. */
  readonly manifest: string | null;
  /** What the site kept of its training, oldest first. */
  readonly siteLines: readonly SiteLine[];
}

/** Brings back the blobs that journal lines name. */
class BlobReader {
  readonly #storage: RunStorage;
  readonly #shapeOf: (round: number) => RoundShape;

  constructor(storage: RunStorage, shapeOf: (round: number) => RoundShape) {
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
      if (bytes === undefined) throw foreign("a vector of its asynchronous segment is missing");
      blobs.push({hash, bytes});
    }
    return {kind: "async", round, state, blobs};
  }

  /** The record of `line`, or null when it is of no use any more. */
  async record(line: JournalRecord): Promise<DurableRecord | null> {
    if (line.kind === "contribution") {
      const bytes = await this.#storage.models.get(line.hash);
      if (bytes === undefined) return null;
      return {kind: "contribution", round: line.round, contribution: {hash: line.hash, bytes}};
    }
    if (line.kind === "async") return this.#segment(line.round, line.state);
    if (line.kind !== "ballot") return null;
    const {round, promised, accepted} = line;
    return {
      kind: "ballot",
      round,
      promised,
      accepted: accepted === null ? null : {ballot: accepted.ballot, body: decodeBody(accepted.body)},
      snapshot: await this.snapshot(round, line.snapshot),
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

/** What was written about `round`; of a segment only the newest line, as only its vectors are still there. */
function linesOf(lines: readonly JournalRecord[], round: number): JournalRecord[] {
  const ofRound = lines.filter((line) => "round" in line && line.round === round);
  const segment = ofRound.findLast((line) => line.kind === "async");
  return ofRound.filter((line) => line.kind !== "async" || line === segment);
}

/**
 * Reads where this node stood when it stopped.
 * @throws NODE_JOURNAL_FOREIGN, STORAGE_* for damaged files
 */
export async function openRecords(
  storage: RunStorage,
  shapeOf: (round: number) => RoundShape,
): Promise<OpenedRun> {
  const lines = storage.journal.entries().map(decodeRecord);
  const blobs = new BlobReader(storage, shapeOf);
  const certificates = lines.flatMap((line) =>
    line.kind === "certificate" ? [decodeCertificate(line.certificate)] : [],
  );
  const records: DurableRecord[] = [];
  const newest = newestOf(certificates);
  const round = newest === undefined ? 0 : newest.body.round + 1;
  if (newest !== undefined) {
    const snapshot = await blobs.snapshot(newest.body.round, newest.body.result);
    if (snapshot === null) throw foreign("the result of its last certificate is missing");
    records.push({kind: "certificate", certificate: newest, snapshot});
  }
  for (const line of linesOf(lines, round)) {
    const record = await blobs.record(line);
    if (record !== null) records.push(record);
  }
  const isTestOpened = lines.some(({kind}) => kind === "test-opened");
  const split = lines.find((line) => line.kind === "split");
  const siteLines = lines.filter((line) => line.kind === "site");
  const manifest = split?.manifest ?? null;
  return {restored: restoreSession(records), certificates, isTestOpened, manifest, siteLines};
}
