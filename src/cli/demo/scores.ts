import {z} from "zod";

const modelScoresSchema = z
  .strictObject({
    test: z.string().describe("A site, `pooled_test`, or `external` and a site."),
    model: z.string().describe("`gossip`, `pooled`, or `local` and the site that trained it alone."),
    labels: z.array(z.union([z.literal(0), z.literal(1)])).describe("`[n]`, one for each patient."),
    scores: z.array(z.number()).describe("`[n]`, the probability of label 1, in the order of the labels."),
  })
  .describe("One model on one group of test patients.");

/**
 * The schema of the file of `consilium demo --scores`, version 1: the data behind the figures of `--json`,
 * from which others can compute them again. It names no patient, yet it is patient data: labels and scores,
 * one by one.
 */
export const demoScoresSchema = z.strictObject({
  schema: z.literal(1),
  runs: z.array(
    z.strictObject({
      seed: z.int(),
      external: z.array(z.string()).describe("The sites that trained nothing."),
      scores: z.array(modelScoresSchema),
    }),
  ),
});

/** The file of `consilium demo --scores`. */
export type DemoScores = z.output<typeof demoScoresSchema>;

/** One model on one group of test patients: labels and scores. */
export type ModelScores = z.output<typeof modelScoresSchema>;

/** The scores of one run. */
export type RunScores = DemoScores["runs"][number];
