import {z} from "zod";

const intervalSchema = z
  .strictObject({value: z.number(), low: z.number(), high: z.number()})
  .describe("An estimate with its 95 % interval.");

const figuresSchema = z
  .strictObject({
    auroc: intervalSchema.nullable().describe("DeLong interval."),
    auprc: intervalSchema.nullable().describe("Bootstrap interval."),
    accuracy: intervalSchema.nullable().describe("At 0.5, Wilson interval."),
    brier: intervalSchema.nullable().describe("Bootstrap interval."),
    log_loss: intervalSchema.nullable().describe("In nats, bootstrap interval."),
  })
  .describe("How a model does on a group of patients; null where a figure is undefined.");

const bySite = <Value extends z.ZodType>(value: Value) => z.record(z.string(), value);

const comparisonSchema = z.strictObject({
  local: bySite(figuresSchema).describe("By the site that trained the model alone."),
  gossip: figuresSchema,
  pooled: figuresSchema,
});

const runShape = {
  seed: z.int(),
  backend: z.string().describe("What trained in the daemons."),
  rounds: z.int().describe("Rounds of training; those of statistics come on top."),
  wall_seconds: z.number(),
  sites: z.array(
    z.strictObject({
      name: z.string(),
      n_train: z.int().describe("Train patients."),
      n_test: z.int().describe("Test patients."),
      local: figuresSchema,
      gossip: figuresSchema,
      pooled: figuresSchema,
    }),
  ),
  pooled_test: comparisonSchema.describe("On all sites' test patients together."),
  external: z
    .array(
      comparisonSchema.extend({
        name: z.string(),
        n: z.int().describe("All its patients; none of them was trained on."),
      }),
    )
    .describe("On each site that took no part in the training."),
  final_parameters_sha256: bySite(z.string()),
  bytes: bySite(z.strictObject({sent: z.int(), received: z.int()})),
  absent: z
    .array(
      z.strictObject({
        round: z.int().min(1),
        sites: z.array(z.string()),
      }),
    )
    .describe("Rounds that went on without some sites, counted from 1, rounds of statistics included."),
};

const taskShape = {
  schema: z.literal(2),
  task: z.strictObject({name: z.string(), synthetic: z.boolean()}),
};

/** The schema of the file of `consilium demo --json`, version 2; docs/demo-json.md describes it. */
export const demoReportSchema = z.strictObject({...taskShape, ...runShape});

/** The result of one run of the demo. */
export type DemoReport = z.output<typeof demoReportSchema>;

/** {@link DemoReport} without the parts that all runs of a file have in common. */
export type RunReport = Omit<DemoReport, "schema" | "task">;

/** Figures of a model on a group of patients. */
export type Figures = z.output<typeof figuresSchema>;

/** Local, gossip and pooled models on the same patients. */
export type Comparison = z.output<typeof comparisonSchema>;

const meanFiguresSchema = z
  .strictObject({
    auroc: z.number().nullable(),
    auprc: z.number().nullable(),
    accuracy: z.number().nullable(),
    brier: z.number().nullable(),
    log_loss: z.number().nullable(),
  })
  .describe("Means over the runs in which the figure is defined; null where it never is.");

const meanSchema = z.strictObject({
  local: meanFiguresSchema.describe("Mean over the local models too."),
  gossip: meanFiguresSchema,
  pooled: meanFiguresSchema,
});

/** The schema of the file of `consilium demo --leave-one-site-out --json`, version 2. */
export const leaveOneOutReportSchema = z.strictObject({
  ...taskShape,
  runs: z.array(z.strictObject(runShape)).describe("Each with one external site: the one left out."),
  mean: z.strictObject({
    external: meanSchema.describe("Over the sites left out."),
    pooled_test: meanSchema.describe("Over the test patients of the sites that took part."),
  }),
});

/** The results of the runs of a leave-one-site-out demo. */
export type LeaveOneOutReport = z.output<typeof leaveOneOutReportSchema>;

/** Means of figures. */
export type MeanFigures = z.output<typeof meanFiguresSchema>;
