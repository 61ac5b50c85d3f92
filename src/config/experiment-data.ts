import {z} from "zod";

const siteName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, "letters, digits, - and _ only");
const minimum = z.int().min(1).default(10).describe("Least number of train patients of a node.");
const nodes = z.int().min(1).max(10_000).describe("How many nodes the rows are dealt to.");
const features = z.int().min(1).max(65_536).describe("Features of a row.");
const patientsPerSite = z
  .union([z.literal("all"), z.int().min(2)])
  .default("all")
  .describe(
    "Of each site, at most so many train patients, drawn by the seed: for curves of data efficiency. A smaller draw is part of a larger one.",
  );
const inventedSite = z.strictObject({
  patients: z.int().min(4).describe("How many there are, of all parts together."),
  prevalence: z.number().positive().max(1).describe("Share of class 1 among them."),
});

const deals = [
  z.strictObject({type: z.literal("iid"), nodes, minimum}),
  z.strictObject({
    type: z.literal("dirichlet"),
    nodes,
    minimum,
    alpha: z.number().positive().describe("The smaller, the more the nodes' classes differ."),
    selfBalancing: z
      .boolean()
      .default(false)
      .describe("Whether a node that has its share gets no more of a class."),
  }),
  z.strictObject({
    type: z.literal("shard"),
    nodes,
    minimum,
    shardsPerNode: z.int().min(1).describe("Of rows sorted by class."),
  }),
  z.strictObject({
    type: z.literal("pathological"),
    nodes,
    minimum,
    classesPerNode: z.int().min(1).describe("How many classes a node has rows of."),
  }),
  z.strictObject({type: z.enum(["linear", "square", "exponential"]), nodes, minimum}),
] as const;

const natural = z.strictObject({type: z.literal("natural")});

/** Distribution of rows over nodes; names are those of Flower's partitioners. */
const partitionSchema = z
  .discriminatedUnion("type", [natural, ...deals])
  .describe(
    "Which node has which rows: natural keeps those of the sites, the others deal all train rows anew.",
  );

/** Source of an experiment's patients. */
export const dataSchema = z
  .discriminatedUnion("source", [
    z.strictObject({
      source: z.literal("task"),
      task: z.string().min(1).describe("A task file, relative to this file, or a preset's name."),
      external: z
        .array(siteName)
        .default([])
        .describe("Sites that train nothing; all their patients are a test."),
      patientsPerSite,
      partition: partitionSchema.prefault({type: "natural"}),
    }),
    z.strictObject({
      source: z.literal("modes"),
      features,
      partition: z.discriminatedUnion("type", [...deals]).describe("Which node has which rows."),
      classes: z.int().min(2).max(255).describe("How many classes there are, equally often."),
      modes: z.int().min(1).describe("Gaussian modes of a class."),
      spread: z.number().positive().describe("Deviation of the modes' means; that of rows about them is 1."),
      train: z.int().min(2).describe("Train rows of all nodes together."),
      validation: z.int().min(0).default(0).describe("Validation rows, shared out to all nodes."),
      test: z.int().min(2).describe("Test rows, shared out to all nodes."),
    }),
    z.strictObject({
      source: z.literal("cohorts"),
      features,
      separation: z.number().positive().describe("Distance of the classes' means, in deviations."),
      shift: z
        .number()
        .min(0)
        .describe(
          "How far each class's mean is displaced at each site, in a direction of its own, in deviations.",
        ),
      sites: z.record(siteName, inventedSite).describe("Sites that train."),
      external: z
        .record(siteName, inventedSite)
        .default({})
        .describe("Sites that train nothing; all their patients are a test."),
      patientsPerSite,
      validation: z.number().min(0).max(0.9).default(0).describe("Share of each class at each site."),
      test: z.number().min(0).max(0.9).default(0.2).describe("Share of each class at each site."),
    }),
  ])
  .describe("Whose patients are learned from.");
