import {z} from "zod";

const siteName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, "letters, digits, - and _ only");
const minimum = z.int().min(1).default(10).describe("Least number of train patients of a node.");
const nodes = z.int().min(1).max(10_000).describe("How many nodes the rows are dealt to.");
const share = z.number().positive().max(1);

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

/** How rows are dealt to nodes; names are those of Flower's partitioners. */
const partitionSchema = z
  .discriminatedUnion("type", [natural, ...deals])
  .describe(
    "Which node has which rows: natural keeps those of the sites, the others deal all train rows anew.",
  );

/** Where an experiment's patients come from. */
export const dataSchema = z
  .discriminatedUnion("source", [
    z.strictObject({
      source: z.literal("task"),
      task: z.string().min(1).describe("A task file, relative to this file, or a preset's name."),
      external: z
        .array(siteName)
        .default([])
        .describe("Sites that train nothing; all their patients are a test."),
      patientsPerSite: z
        .union([z.literal("all"), z.int().min(2)])
        .default("all")
        .describe("Of each site, so many train patients, drawn by the seed: for curves of data efficiency."),
      partition: partitionSchema.prefault({type: "natural"}),
    }),
    z.strictObject({
      source: z.literal("modes"),
      features: z.int().min(1).max(65_536),
      partition: z.discriminatedUnion("type", [...deals]).describe("Which node has which rows."),
      classes: z.int().min(2).max(255),
      modes: z.int().min(1).describe("Gaussian modes of a class."),
      spread: z.number().positive().describe("Deviation of the modes' means; that of rows about them is 1."),
      train: z.int().min(2).describe("Train rows of all nodes together."),
      test: z.int().min(2),
    }),
    z.strictObject({
      source: z.literal("cohorts"),
      features: z.int().min(1).max(65_536),
      separation: z.number().positive().describe("Distance of the classes' means, in deviations."),
      shift: z.number().min(0).describe("How far each site's means are displaced, in deviations."),
      sites: z.record(siteName, z.strictObject({patients: z.int().min(4), prevalence: share})),
      external: z.record(siteName, z.strictObject({patients: z.int().min(4), prevalence: share})).default({}),
      patientsPerSite: z.union([z.literal("all"), z.int().min(2)]).default("all"),
      validation: z.number().min(0).max(0.9).default(0),
      test: z.number().min(0).max(0.9).default(0.2),
    }),
  ])
  .describe("Whose patients are learned from.");
