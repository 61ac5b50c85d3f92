import {z} from "zod";
import {CodedError} from "../core/index.ts";
import {fromBase64, toBase64} from "./base64.ts";
import type {LedgerErrorCode} from "./errors.ts";
import {decodeLogRecord, encodeHeadRecord} from "./segment.ts";

const base64Schema = z.string().transform((text, context): Uint8Array => {
  const bytes = fromBase64(text);
  if (bytes !== null) return bytes;
  context.addIssue({code: "custom", message: "must be base64"});
  return z.NEVER;
});
const titleSchema = z.strictObject({
  format: z.literal("consilium ledger bundle"),
  formatVersion: z.literal(1),
  head: z.string(),
  proof: z.array(base64Schema).max(64),
});
const lineSchema = z.union([
  z.strictObject({entry: base64Schema}),
  z.strictObject({checkpoint: z.string()}),
  z.strictObject({record: base64Schema}),
]);

/** A part of a log that can be verified away from its node. */
export interface Bundle {
  /** The newest signed head at the time of the export. */
  readonly head: string;
  /** Proof that the records are the beginning of the head's log, if they do not reach it. */
  readonly proof: readonly Uint8Array[];
  /** Records of whole segments. */
  readonly records: readonly Uint8Array[];
}

function lineOf(bytes: Uint8Array): unknown {
  const record = decodeLogRecord(bytes);
  if (record?.kind === "head") return {checkpoint: record.checkpoint};
  const isEntry = record !== null && record.kind !== "segment" && record.kind !== "hashes";
  return isEntry ? {entry: toBase64(bytes)} : {record: toBase64(bytes)};
}

/** Writes a bundle as lines of JSON: a title with the head, then each record in its place. */
export function formatBundle({head, proof, records}: Bundle): string {
  const title: z.input<typeof titleSchema> = {
    format: "consilium ledger bundle",
    formatVersion: 1,
    head,
    proof: proof.map(toBase64),
  };
  return [title, ...records.map(lineOf)].map((line) => `${JSON.stringify(line)}\n`).join("");
}

function parseLine<Schema extends z.ZodType>(schema: Schema, text: string, line: number): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const code: LedgerErrorCode = "LEDGER_BUNDLE_INVALID";
  throw new CodedError(code, `line ${line} is not one of a ledger's bundle`, {
    data: {line},
    hint: "Give the file that `consilium audit export` wrote, unchanged.",
  });
}

function recordOf(line: z.infer<typeof lineSchema>): Uint8Array {
  if ("checkpoint" in line) return encodeHeadRecord(line.checkpoint);
  return "entry" in line ? line.entry : line.record;
}

/** Reads a bundle; nothing of it is verified. @throws {CodedError} LEDGER_BUNDLE_INVALID with the line */
export function parseBundle(text: string): Bundle {
  const [title = "", ...lines] = text.replace(/\n$/, "").split("\n");
  const {head, proof} = parseLine(titleSchema, title, 1);
  return {
    head,
    proof,
    records: lines.map((line, index) => recordOf(parseLine(lineSchema, line, index + 2))),
  };
}
