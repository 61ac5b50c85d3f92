import {fromString} from "uint8arrays";
import {z} from "zod";
import {decodeText, nameSchema, parseYaml, sha256, toHex} from "../core/index.ts";
import * as blocks from "./plan-blocks.ts";
import {checkCombinations} from "./plan-combinations.ts";
import {mixingSchema} from "./plan-mixing.ts";

/**
 * The schema of a plan file: closed and without defaults, because the approved bytes must say everything. Its
 * `shape` holds the schemas of the blocks.
 */
export const planSchema = z.strictObject({
  formatVersion: z.literal(1).describe("Version of this file's format."),
  name: nameSchema.describe("The plan's name."),
  consortium: nameSchema.describe("Whose members run it."),
  seed: z.int().min(0).max(0xffff_ffff).describe("Fixes every random draw."),
  rounds: z.int().min(1).max(100_000).describe("How many rounds are run."),
  task: z
    .strictObject({
      name: nameSchema.describe("The task's name."),
      contract: z
        .string()
        .regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hexadecimal digits")
        .describe("Hash of the task's data contract, as `consilium data check` prints it."),
      input: blocks.inputSchema,
      standardisation: blocks.standardisationSchema,
    })
    .describe("What is learned."),
  model: blocks.modelSchema,
  training: blocks.trainingSchema,
  mixing: mixingSchema,
  weights: blocks.weightsSchema,
  quorum: blocks.quorumSchema,
  start: blocks.startSchema,
  deadline: blocks.deadlineSchema,
  privacy: blocks.privacySchema,
  evaluation: blocks.evaluationSchema,
  numerics: blocks.numericsSchema,
  retention: blocks.retentionSchema,
});

/** One training run as data. */
export type Plan = Readonly<z.output<typeof planSchema>>;

const checkedSchema = planSchema.superRefine(checkCombinations);

/** A plan with the hash that sites approve. */
export interface IdentifiedPlan {
  readonly plan: Plan;
  /** SHA-256 of exactly the file's bytes, 64 hexadecimal digits. */
  readonly hash: string;
}

/**
 * Reads the bytes of a plan file (YAML or JSON); `fileName` appears only in messages.
 * @throws {CodedError} CONSORTIUM_PLAN_INVALID with file, line and column
 */
export function parsePlan(bytes: Uint8Array, fileName: string): IdentifiedPlan {
  const text = decodeText(bytes, fileName, "CONSORTIUM_PLAN_INVALID");
  const plan = parseYaml(checkedSchema, text, fileName, "CONSORTIUM_PLAN_INVALID");
  return {plan, hash: toHex(sha256(bytes))};
}

/**
 * The id of a run, 32 hexadecimal digits: the first half of the SHA-256 of domain, plan hash and attempt.
 * @param attempt whole number from 1
 */
export function runId(planHash: string, attempt: number): string {
  const text = JSON.stringify(["consilium/run/1", planHash, attempt]);
  return toHex(sha256(fromString(text)).subarray(0, 16));
}

/** The JSON Schema (draft 2020-12) of a plan file, for editors and documentation. */
export function planJsonSchema(): Record<string, unknown> {
  return {...z.toJSONSchema(planSchema)};
}
