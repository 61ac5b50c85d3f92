import {equals} from "uint8arrays";
import {z} from "zod";
import {CodedError, sha256} from "../core/index.ts";
import {bodyHash, type Certificate} from "../rounds/index.ts";
import {type Envelope, envelopeOf, envelopeSchema, openEnvelope, parseJson} from "./envelope-file.ts";
import type {LineageErrorCode} from "./errors.ts";
import type {NamedHash} from "./model-files.ts";
import {participationOf} from "./participation.ts";
import type {TrainedRun} from "./run-facts.ts";
import {stretchesOf} from "./stretches.ts";

/** The type of an in-toto statement. */
export const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
const PREDICATE_TYPE = "https://consilium/certified-model/v1";

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const statementSchema = z.object({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.array(z.strictObject({name: z.string(), digest: z.strictObject({sha256: hash})})),
  predicateType: z.literal(PREDICATE_TYPE),
  predicate: z.object({
    formatVersion: z.literal(1),
    writtenBy: z.string().max(100),
    signer: z.string(),
    attempt: z.int().min(1),
  }),
});

/** The parts of a statement that the other files do not give. */
export interface ExportFacts {
  /** Program and version that wrote the folder. */
  readonly writtenBy: string;
  /** PeerId of the member that exported the model. */
  readonly signer: string;
}

/**
 * The payload of the statement that a member signs: the files by their hashes, and what the certificates say
 * of the run. It follows from the files and {@link ExportFacts}, so that a verifier can make it again.
 */
export function statementPayload(
  facts: TrainedRun,
  certificates: readonly Certificate[],
  hashes: readonly NamedHash[],
  {writtenBy, signer}: ExportFacts,
): Uint8Array {
  const {roster, plan, run, attempt, rosterHash, rounds} = facts;
  const last = certificates.at(-1);
  const statement = {
    _type: STATEMENT_TYPE,
    subject: hashes.map(({name, sha256: digest}) => ({name, digest: {sha256: digest}})),
    predicateType: PREDICATE_TYPE,
    predicate: {
      formatVersion: 1,
      writtenBy,
      signer,
      consortium: roster.consortium,
      plan: plan.hash,
      run,
      attempt,
      roster: rosterHash,
      contract: plan.plan.task.contract,
      rounds,
      model: last?.body.result,
      certificates: last && bodyHash(sha256, last.body),
      weights: {unit: plan.plan.weights.unit, reference: plan.plan.weights.reference},
      contributions: stretchesOf(certificates, facts),
      participation: participationOf(certificates, facts),
    },
  };
  return new TextEncoder().encode(JSON.stringify(statement, null, 1));
}

/** A statement as it was read; only its parse, nothing of it is checked yet. */
export interface OpenedStatement extends ExportFacts {
  readonly attempt: number;
  readonly hashes: readonly NamedHash[];
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

function malformed(what: string): CodedError<LineageErrorCode> {
  return new CodedError("LINEAGE_STATEMENT_MALFORMED", `the statement ${what}`, {
    hint: "Use the file as it was exported, and the version of Consilium that wrote it.",
  });
}

/** Reads the statement's file: only {@link statementBytes} of its parts. @throws LINEAGE_STATEMENT_MALFORMED */
export function readStatement(bytes: Uint8Array): OpenedStatement {
  const envelope = envelopeSchema.safeParse(parseJson(bytes));
  if (!envelope.success) throw malformed("is not a DSSE envelope with one signature");
  const opened = openEnvelope(envelope.data);
  const statement = statementSchema.safeParse(parseJson(opened.payload));
  if (!statement.success) throw malformed("is not one of a certified model");
  const {subject, predicate} = statement.data;
  const {writtenBy, signer, attempt} = predicate;
  const written = statementBytes(envelopeOf(opened.payload, opened.signature, signer));
  if (!equals(bytes, written)) throw malformed("is not spelled as this program writes it");
  const hashes = subject.map(({name, digest}) => ({name, sha256: digest.sha256}));
  return {...opened, writtenBy, signer, attempt, hashes};
}

/** The statement's file. */
export function statementBytes(envelope: Envelope): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(envelope)}\n`);
}
