import {z} from "zod";
import {experimentSchema} from "../../config/index.ts";
import type {StudyResults} from "../study/results.ts";

const metric = experimentSchema.shape.metrics.element;
/** Swept keys with their values. */
export const pointSchema = z.record(z.string(), z.unknown()).describe("Swept keys with their values.");
/** A seed. */
export const seedSchema = z.int().min(0);
const count = z.int().min(0);
const figure = z.number().nullable();
const name = z.string().min(1);

/** A line of results.csv. */
export const resultRowSchema = z.strictObject({
  point: pointSchema,
  seed: seedSchema,
  method: name,
  test: name,
  metric,
  value: figure,
  low: figure,
  high: figure,
  n: count,
  status: z.enum(["finished", "diverged"]),
  divergedAt: count.nullable(),
});

/** A line of rounds.csv. */
export const roundRowSchema = z.strictObject({
  point: pointSchema,
  seed: seedSchema,
  method: name,
  round: count,
  seconds: z.number().min(0),
  bytes: z.number().min(0),
  absent: z.array(z.string()),
  consensusDistance: z.number().min(0),
  value: figure,
});

const comparison = z.strictObject({
  point: pointSchema,
  baseline: name,
  test: name,
  metric,
  difference: figure,
  low: figure,
  high: figure,
  margin: z.number().min(0),
  isNonInferior: z.boolean(),
  seeds: count,
  n: count,
  divergedSeeds: count,
  baselineDivergedSeeds: count,
});

const targetRow = z.strictObject({
  point: pointSchema,
  seed: seedSchema,
  method: name,
  round: figure,
  seconds: figure,
  bytes: figure,
});

const siteRow = z.strictObject({
  name,
  role: z.enum(["trainer", "external"]),
  train: count,
  validation: count,
  test: count,
  prevalence: figure,
});

const environment = z.strictObject({
  consilium: z.string(),
  node: z.string(),
  platform: z.string(),
  backend: z.string(),
  engine: z.string(),
  threads: z.int().min(0),
});

/** The schema of summary.json, format version 1: closed, and the order of its keys is that of the file. */
export const summarySchema = z.strictObject({
  formatVersion: z.literal(1),
  name,
  title: z.string(),
  isSynthetic: z.boolean(),
  source: z.string(),
  isComplete: z.boolean(),
  seeds: z.array(seedSchema).min(1),
  metrics: z.array(metric).min(1),
  results: z.array(resultRowSchema),
  rounds: z.array(roundRowSchema),
  comparisons: z.array(comparison),
  targets: z.array(targetRow),
  sites: z.array(siteRow),
  topology: z.strictObject({
    name: z.string(),
    edges: z.array(z.tuple([count, count, z.number()])),
  }),
  states: z.array(
    z.strictObject({point: pointSchema, seed: seedSchema, sha256: z.string().regex(/^[0-9a-f]{64}$/)}),
  ),
  environment,
}) satisfies z.ZodType<StudyResults>;
