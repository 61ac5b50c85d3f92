import {z} from "zod";
import {experimentSchema} from "../../config/index.ts";
import type {StudyResults} from "../results.ts";

const metric = experimentSchema.shape.metrics.element.describe("Which figure it is.");
/** Swept keys with their values. */
export const pointSchema = z
  .record(z.string(), z.unknown())
  .describe("Swept keys, each with its value or the label of it; empty without a sweep.");
/** A seed. */
export const seedSchema = z.int().min(0).describe("The trial's seed.");
const count = z.int().min(0);
const round = z.int().min(1);
const figure = z.number().nullable();
const name = z.string().min(1);
const method = name.describe("Gossip, the network, or a baseline.");
const test = name.describe("A site, `Pooled Test` (all sites' test patients), or `External` and a site.");
const on = z
  .enum(["train", "validation"])
  .describe("Whose patients `value` is of: train patients where no site has validation patients.");

const stall = z.strictObject({
  round: round.describe("Round, from 1, that was never decided."),
  seconds: z
    .number()
    .min(0)
    .describe("Virtual seconds at which the last result was certified, or the last local work began."),
  reason: z.string().min(1).describe("What was waited for when the simulation gave up."),
});

/** A line of results.csv. */
export const resultRowSchema = z.strictObject({
  point: pointSchema,
  seed: seedSchema,
  method,
  test,
  metric,
  value: figure.describe("The figure; null where it is undefined, or training diverged or stalled."),
  low: figure.describe("Lower 95 % limit over patients; null where there is none."),
  high: figure.describe("Upper 95 % limit over patients; null where there is none."),
  n: count.describe("Test patients."),
  status: z
    .enum(["finished", "diverged", "stalled"])
    .describe("How training ended: diverged to values that are no numbers, or stalled without a decision."),
  divergedAt: round.nullable().describe("Round, from 1, in which training diverged; null where it has none."),
  stall: stall.nullable().describe("When and why the network stalled; null where it did not."),
});

/** A line of rounds.csv. */
export const roundRowSchema = z.strictObject({
  point: pointSchema,
  seed: seedSchema,
  method,
  round: round.describe("From 1."),
  seconds: z.number().min(0).describe("Virtual seconds since the beginning."),
  bytes: z
    .number()
    .min(0)
    .describe("Bytes of parameters that all nodes together have sent since the beginning, set-up included."),
  absent: z.array(z.string()).describe("Nodes whose contribution is not in the result."),
  consensusDistance: z
    .number()
    .min(0)
    .describe(
      "Root mean square distance of the nodes' models from their mean, after mixing; where nodes then adopt one of the models, before that.",
    ),
  value: figure.describe(
    "The experiment's first metric: each node's patients scored by its own model, all scores judged together.",
  ),
  on,
});

/** The work of a method's training. */
export const workRowSchema = z.strictObject({
  point: pointSchema,
  seed: seedSchema,
  method,
  models: z
    .enum(["one", "own"])
    .nullable()
    .describe(
      "Whose model judges a site's patients: one that all share, or each site's own; null without a model.",
    ),
  learningRate: z.number().positive().describe("What the method was trained with."),
  steps: count.describe("Local steps of all its sites together."),
  passes: z.number().min(0).describe("Examples seen for each train example that its sites have."),
  setupBytes: z
    .number()
    .min(0)
    .nullable()
    .describe(
      "Bytes sent before the first round, for the common scaling; null where no parameters are moved.",
    ),
  roundBytes: z
    .number()
    .min(0)
    .nullable()
    .describe("Bytes sent in the rounds; null where no parameters are moved."),
  value: figure.describe("The first metric at the end, as in `rounds`: what settings may be chosen by."),
  on,
});

const comparison = z.strictObject({
  point: pointSchema,
  baseline: name.describe("What the network is compared with."),
  test,
  metric,
  outcome: z
    .enum(["better", "non-inferior", "not-shown", "inferior", "no-comparison"])
    .describe("What the interval shows of the network; no comparison where a side has no model at a seed."),
  difference: figure.describe(
    "Mean over seeds of the network's figure less the baseline's; null without a comparison.",
  ),
  low: figure.describe("Lower 95 % limit."),
  high: figure.describe("Upper 95 % limit."),
  covers: z
    .enum(["patients", "patients-and-seeds"])
    .describe("What was resampled for the interval: of one seed the patients alone."),
  margin: z.number().min(0).describe("Of non-inferiority."),
  isNonInferior: z.boolean().describe("Whether the outcome is better or non-inferior."),
  p: figure.describe("Two-sided p of DeLong's paired test over patients; of the AUROC alone, else null."),
  pHolm: figure.describe("The same by Holm's correction over all comparisons of the study."),
  seeds: count.describe("At which both have a model."),
  n: count.describe("Test patients at the first seed."),
  divergedSeeds: count.describe("Seeds at which the network has no model."),
  baselineDivergedSeeds: count.describe("Seeds at which the baseline has no model."),
});

const targetRow = z.strictObject({
  point: pointSchema,
  seed: seedSchema,
  method,
  round: round.nullable().describe("First round, from 1, with the target reached; null where none is."),
  seconds: figure.describe("Virtual seconds until then."),
  bytes: figure.describe("Bytes of parameters sent until then."),
});

const siteRow = z.strictObject({
  name: name.describe("The site."),
  role: z.enum(["trainer", "external"]).describe("Whether it trains."),
  train: count.describe("Train patients at the first seed."),
  validation: count.describe("Validation patients."),
  test: count.describe("Test patients."),
  prevalence: figure.describe("Share of class 1 or of events; null where there are more classes."),
});

const environment = z.strictObject({
  consilium: z.string().describe("Version of Consilium."),
  commit: z
    .string()
    .nullable()
    .describe("Commit of the checkout that it ran from, with + where files were changed; null outside one."),
  node: z.string().describe("Version of Node.js."),
  platform: z.string().describe("Operating system with its version, and type of processor."),
  processor: z.string().describe("Model of the processor."),
  cores: count.describe("Processors that the machine has."),
  backend: z
    .string()
    .describe(
      "What computed the training: a backend, `loops` for models that use none, `none` where all trials were kept.",
    ),
  tfjs: z.string().describe("Version of tfjs, which the backends are of."),
  engine: z.string().describe("`fast` or `full`."),
  threads: z.int().min(0).describe("Threads that trained; 0: the calling one."),
});

const topology = z.strictObject({
  name: z.string().describe("The schedule."),
  edges: z
    .array(z.tuple([count, count, z.number()]))
    .describe("Two places among the sites, and how strongly they mix; empty for one group of all."),
});

const state = z.strictObject({
  point: pointSchema,
  seed: seedSchema,
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe("Of the network's final parameters."),
});

/**
 * The schema of summary.json, format version 2. It is closed, and the order of its keys is that of the file.
 */
export const summarySchema = z.strictObject({
  formatVersion: z.literal(2).describe("Version of this file's format."),
  name: name.describe("The experiment's name."),
  title: z.string().describe("The experiment's title."),
  experiment: experimentSchema.describe("The experiment with all defaults, as an experiment file has it."),
  isSynthetic: z.boolean().describe("Whether the patients are invented."),
  source: z.string().describe("Where the patients come from."),
  isComplete: z.boolean().describe("False where the study was interrupted."),
  seeds: z.array(seedSchema).min(1).describe("Of the trials that ended."),
  metrics: z.array(metric).min(1).describe("The first one is compared and drawn by rounds."),
  results: z.array(resultRowSchema).describe("The rows of results.csv."),
  rounds: z.array(roundRowSchema).describe("The rows of rounds.csv."),
  work: z.array(workRowSchema).describe("What each method's training took."),
  comparisons: z.array(comparison).describe("The network less each baseline."),
  targets: z.array(targetRow).describe("Cost until the target was reached, of methods with rounds."),
  sites: z.array(siteRow).describe("Who takes part."),
  topology: topology.describe("Who mixes with whom."),
  states: z.array(state).describe("Equal hashes are equal parameters, bit by bit."),
  environment: environment.describe("Versions and machine, as in environment.json."),
}) satisfies z.ZodType<StudyResults>;
