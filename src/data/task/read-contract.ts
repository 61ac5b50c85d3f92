import {z} from "zod";
import {CodedError, decodeText} from "../../core/index.ts";
import type {DataErrorCode} from "../errors.ts";
import {featuresOfColumn, featuresOfTiles} from "../features.ts";
import type {Feature} from "../types.ts";
import {CONTRACT_DOMAIN} from "./contract.ts";
import type {TaskColumn} from "./task-schema.ts";

const text = z.string().min(1);
const codes = z.array(z.string()).min(1);
const range = z.tuple([z.number(), z.number()]);
const size = z.number().positive().nullable();
const numberTerms = z.tuple([text, z.literal("number"), text, range]);
const binaryTerms = z.tuple([text, z.literal("binary"), z.string(), z.string()]);
const categoryTerms = z.tuple([
  text,
  z.literal("category"),
  codes,
  z.enum(["one-hot", "one-hot-drop-first"]),
]);
const columns = z.array(z.union([numberTerms, binaryTerms, categoryTerms])).min(1);
const survival = z.tuple([z.literal("survival"), text, text]);
const head = [z.literal(CONTRACT_DOMAIN), z.literal(1)] as const;
const tableHead = [
  ...head,
  z.literal("tabular"),
  text,
  z.boolean(),
  text,
  z.tuple([codes, codes]),
  columns,
] as const;
const contractSchema = z.union([
  z.tuple([...tableHead, text]),
  z.tuple([...tableHead, survival, text]),
  z.tuple([
    ...head,
    z.literal("slides"),
    text,
    z.boolean(),
    text,
    z.tuple([codes, codes]),
    text,
    z.int().min(1).max(65_536),
    size,
    size,
    range,
    z.int().min(1),
    text,
  ]),
]);

/** A data contract as its text says it, without the task file that it was made from. */
export interface Contract {
  readonly kind: "tabular" | "slides";
  readonly name: string;
  /** True if the data were generated. */
  readonly synthetic: boolean;
  readonly label: {
    readonly column: string;
    readonly negative: readonly string[];
    readonly positive: readonly string[];
  };
  /** The column of the time in survival, and its unit; null for a plain class. */
  readonly survival: {readonly column: string; readonly unit: string} | null;
  /** As `featuresOf` gives them of the task. */
  readonly features: readonly Feature[];
}

function columnOf(terms: z.output<typeof columns>[number]): TaskColumn {
  const [name] = terms;
  switch (terms[1]) {
    case "number":
      return {name, type: "number", unit: terms[2], range: terms[3]};
    case "binary":
      return {name, type: "binary", positive: terms[2], negative: terms[3]};
    case "category":
      return {name, type: "category", categories: terms[2], encode: terms[3]};
  }
}

function contractOf(terms: z.output<typeof contractSchema>): Contract {
  const [, , kind, name, synthetic, column, [first, second]] = terms;
  const common = {kind, name, synthetic};
  if (terms[2] === "slides") {
    const [dimension, [low, high]] = [terms[8], terms[11]];
    const features = featuresOfTiles(dimension, low, high);
    return {...common, label: {column, negative: first, positive: second}, survival: null, features};
  }
  const time = terms.length === 10 ? {column: terms[8][1], unit: terms[8][2]} : null;
  return {
    ...common,
    label: {column, positive: first, negative: second},
    survival: time,
    features: terms[7].map(columnOf).flatMap(featuresOfColumn),
  };
}

/**
 * Reads the bytes of a contract's text, see `contractText`.
 * @param fileName its name in messages
 * @throws {CodedError} DATA_CONTRACT_MALFORMED
 */
export function readContract(bytes: Uint8Array, fileName: string): Contract {
  const code: DataErrorCode = "DATA_CONTRACT_MALFORMED";
  const source = decodeText<DataErrorCode>(bytes, fileName, code);
  let terms: unknown;
  try {
    terms = JSON.parse(source);
  } catch (cause) {
    throw new CodedError(code, `${fileName}: is not JSON`, {cause, hint: "Use the file as it was exported."});
  }
  const parsed = contractSchema.safeParse(terms);
  if (parsed.success) return contractOf(parsed.data);
  throw new CodedError(code, `${fileName}: is not a data contract that this version knows`, {
    hint: "Use the file as it was exported, and the version of Consilium that wrote it.",
  });
}
