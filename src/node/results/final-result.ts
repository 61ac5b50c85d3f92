import {fromString, toString} from "uint8arrays";
import {z} from "zod";
import type {Metrics} from "../../evaluation/index.ts";
import type {RunStorage} from "../../storage/index.ts";

const intervalSchema = z.strictObject({value: z.number(), low: z.number(), high: z.number()}).nullable();
const metricsSchema = z.strictObject({
  n: z.int(),
  positives: z.int(),
  auroc: intervalSchema,
  auprc: intervalSchema,
  accuracy: intervalSchema,
  brier: intervalSchema,
  logLoss: intervalSchema,
});
const fileSchema = z.strictObject({
  formatVersion: z.literal(1),
  /** Hash of the site's split. */
  manifest: z.string(),
  /** Hash of the model's snapshot. */
  result: z.string(),
  test: metricsSchema.nullable(),
});

/** The model and the patients of a test. */
export interface TestQuestion {
  /** Hash of the site's split. */
  readonly manifest: string;
  /** Hash of the model's snapshot. */
  readonly result: string;
}

/**
 * Reads the recorded result of the test. Undefined if there is no record, or if it cannot be read or answers
 * another question: the same model on the same patients can be tested again.
 * @throws STORAGE_UNREADABLE
 */
export async function readTestAnswer(
  {readResult}: Pick<RunStorage, "readResult">,
  {manifest, result}: TestQuestion,
): Promise<Metrics | null | undefined> {
  const bytes = await readResult();
  if (bytes === undefined) return undefined;
  const read = fileSchema.safeParse(jsonOf(bytes));
  const isAnswer = read.success && read.data.manifest === manifest && read.data.result === result;
  return isAnswer ? read.data.test : undefined;
}

/**
 * Writes down the result of the test, which keeps it over a restart. @throws STORAGE_FULL, STORAGE_UNWRITABLE
 */
export async function writeTestAnswer(
  {writeResult}: Pick<RunStorage, "writeResult">,
  question: TestQuestion,
  test: Metrics | null,
): Promise<void> {
  const file: z.input<typeof fileSchema> = {formatVersion: 1, ...question, test};
  await writeResult(fromString(`${JSON.stringify(file)}\n`));
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(toString(bytes)) as unknown;
  } catch {
    return null;
  }
}
