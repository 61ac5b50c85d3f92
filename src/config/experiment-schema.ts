import {z} from "zod";
import {checkCombinations} from "../consortium/index.ts";
import {lineSchema, nameSchema} from "../core/index.ts";
import {dataSchema} from "./experiment-data.ts";
import {attacksSchema, churnSchema, computeSchema, faultsSchema, networkSchema} from "./experiment-world.ts";
import {planSettingsSchema} from "./plan-settings.ts";

const METRICS = ["auroc", "auprc", "accuracy", "brier", "log-loss", "c-index"] as const;

/** The blocks of a plan that an experiment has: all but seed, names, start and data contract. */
const experimentPlanSchema = planSettingsSchema
  .omit({formatVersion: true, seed: true})
  .superRefine(checkCombinations)
  .describe("The blocks of a plan, as in a plan file; none is defaulted.");

const baselineSchema = z.enum(["local", "pooled", "fedavg", "fedprox", "swarm-hpe", "d-psgd"]);

const place = z.int().min(0).max(1023);
const graphSchema = z.union([
  z
    .enum(["ring", "torus", "exponential", "one-peer-exponential", "complete", "random-matchings"])
    .describe(
      "A node hears both neighbours on a ring, four on a torus, those 1, 2, 4, ... places before it, one of these in each round, all others, or one drawn at random in each round.",
    ),
  z.strictObject({
    name: nameSchema.describe("What reports call the graph."),
    edges: z
      .array(z.tuple([place, place]))
      .min(1)
      .max(10_000)
      .describe("Pairs of places among the sites, from 0, with Metropolis weights."),
  }),
]);

/** The name of a graph in reports. */
export function graphName(graph: z.output<typeof graphSchema>): string {
  return typeof graph === "string" ? graph : graph.name;
}

const decentralisedSchema = z
  .strictObject({
    graphs: z
      .array(graphSchema)
      .min(1)
      .refine((graphs) => new Set(graphs.map(graphName)).size === graphs.length, "names a graph twice")
      .default(["ring"])
      .describe("Graphs of which each is a method of its own, such as D-PSGD ring."),
  })
  .prefault({})
  .describe(
    "Settings of the baseline d-psgd: every node keeps its own model, and after its local steps takes the weighted mean with its neighbours'.",
  );

const swarmSchema = z
  .strictObject({
    merge: z
      .enum(["mean", "coordinate-median", "geometric-median"])
      .default("mean")
      .describe("How the leader merges models."),
    minimumPeers: z.int().min(2).default(2).describe("Least number of models that are merged."),
    synchronisationSteps: z.int().min(1).default(4).describe("Local steps between two merges."),
    weightage: z
      .enum(["equal", "cohort"])
      .default("equal")
      .describe("Whether all nodes count alike or by their train patients."),
  })
  .prefault({})
  .describe("Settings of the baseline swarm-hpe.");

const blocksSchema = z.strictObject({
  formatVersion: z.literal(1).describe("Version of this file's format."),
  name: nameSchema.describe("The experiment's name."),
  title: lineSchema.max(200).describe("What reports are headed with."),
  seed: z.int().min(0).max(0xffff_ffff).default(42).describe("Of the first repeat; each further one adds 1."),
  repeats: z
    .int()
    .min(1)
    .max(1000)
    .default(1)
    .describe("How often everything is run, each time with another seed."),
  data: dataSchema,
  plan: experimentPlanSchema,
  network: networkSchema,
  compute: computeSchema,
  churn: churnSchema,
  faults: faultsSchema,
  attacks: attacksSchema,
  baselines: z
    .array(baselineSchema)
    .default(["local", "pooled"])
    .describe("What the network is compared with."),
  learningRates: z
    .partialRecord(baselineSchema, z.number().positive().max(10))
    .default({})
    .describe("Learning rates of baselines that take another one than the plan's."),
  proximal: z.number().positive().default(0.01).describe("mu of the baseline fedprox."),
  swarm: swarmSchema,
  decentralised: decentralisedSchema,
  metrics: z.array(z.enum(METRICS)).min(1).describe("The first one is compared and drawn by rounds."),
  comparison: z
    .strictObject({margin: z.number().min(0).max(1).default(0.02).describe("Of non-inferiority.")})
    .prefault({})
    .describe("How the network is held against each baseline."),
  target: z
    .union([z.literal("none"), z.number()])
    .default("none")
    .describe("Value of the first metric, on the patients that methods are watched on, whose cost is told."),
  engine: z
    .enum(["fast", "full"])
    .default("fast")
    .describe(
      "full: every message on virtual time; fast: the same numbers without messages, where nothing fails.",
    ),
  sweep: z
    .record(z.string(), z.array(z.unknown()).min(1))
    .default({})
    .describe(
      "Keys such as plan.training.optimizer.learningRate, each with the values to try: bare, or `{label: ring, value: ...}` with the name that results and figures give to the value.",
    ),
});

/** Refuses faults of messages in an engine that sends none. */
function checkEngine(
  {engine, network, churn, faults}: z.output<typeof blocksSchema>,
  context: z.RefinementCtx,
): void {
  if (engine === "full") return;
  const refuse = (...path: readonly string[]): void =>
    context.addIssue({code: "custom", path: [...path], message: "goes with engine: full only"});
  if (network.dropProb > 0) refuse("network", "dropProb");
  if (churn !== "none") refuse("churn");
  if (faults.length > 0) refuse("faults");
}

/** The schema of an experiment file: closed; it gives each key's type, default and description. */
export const experimentSchema = blocksSchema.superRefine(checkEngine);

/** An experiment as its file has it, defaults filled in. */
export type Experiment = Readonly<z.output<typeof experimentSchema>>;
/** The graph over which the nodes of the baseline d-psgd mix. */
export type DecentralisedGraph = z.output<typeof graphSchema>;
/** A figure by which models are judged. */
export type MetricName = (typeof METRICS)[number];
/** A baseline with which the network is compared. */
export type BaselineName = z.output<typeof baselineSchema>;
/** The data block of an experiment. */
export type ExperimentData = Experiment["data"];
