import {z} from "zod";
import {nameSchema} from "../core/index.ts";

const MAX_REFERENCE = 2 ** 30;
const fraction = z.number().min(0).lt(1);
const positive = z.number().positive();
const learningRate = positive.describe("Length of a step.");
const weightDecay = z.number().min(0).describe("How strongly parameters are pulled to 0.");

/** Preparation of the label's task; part of {@link planSchema}. */
export const standardisationSchema = z
  .enum(["site", "federated", "none"])
  .describe(
    "Whose mean and spread scale the columns: each site's own, all sites' together (exchanged as sums), or none.",
  );

const width = z.int().min(1).max(65_536);
const hidden = z.array(width).min(1).max(8).describe("Widths of the hidden layers.");
const activation = z.enum(["relu", "tanh"]).describe("What a hidden unit puts out.");
const tiles = z
  .int()
  .min(1)
  .max(65_536)
  .describe("Tiles of a patient in a training step, drawn anew each time.");
const labels = z.array(z.union([z.string(), z.number()])).min(1);

/** Requirements on a site's data; part of {@link planSchema}. They repeat what the contract's hash covers. */
export const inputSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({kind: z.literal("tabular")}),
    z.strictObject({
      kind: z.literal("slides"),
      extractor: z.string().min(1).describe("What made the tiles' features."),
      dimension: width.describe("Features of a tile."),
      tileSizeUm: positive
        .nullable()
        .describe("Edge of a tile on the slide in micrometres; null: not stated."),
      tileSizePx: z.int().min(1).nullable().describe("Edge of a tile in pixels; null: not stated."),
      tilesPerPatient: z.int().min(1).describe("Of a patient with more tiles, so many are drawn."),
      label: z.string().min(1).describe("Column of the label."),
      negative: labels.describe("Its values that count as 0."),
      positive: labels.describe("Its values that count as 1."),
    }),
  ])
  .describe("What every site's data must be.");

/** The architecture of the model; part of {@link planSchema}. */
export const modelSchema = z
  .discriminatedUnion("architecture", [
    z.strictObject({architecture: z.literal("logistic").describe("Logistic regression.")}),
    z.strictObject({
      architecture: z.literal("cox").describe("Proportional hazards, each site a stratum of its own."),
    }),
    z.strictObject({architecture: z.literal("mlp").describe("A dense network."), hidden, activation}),
    z.strictObject({
      architecture: z.literal("tile-mlp").describe("A dense network over each tile of a patient."),
      hidden,
      activation,
      tiles,
    }),
    z.strictObject({
      architecture: z
        .literal("gated-attention-mil")
        .describe("Tiles' embeddings, weighted by gated attention."),
      embedding: width.describe("Width of a tile's embedding."),
      attention: width.describe("Width of the attention's hidden layer."),
      tiles,
    }),
  ])
  .describe(
    "What is trained; its input width comes from the task. cox (proportional hazards, each site its own stratum) takes survival, tile-mlp and gated-attention-mil a patient's tiles as a bag.",
  );

/** Local training; part of {@link planSchema}. */
export const trainingSchema = z
  .strictObject({
    optimizer: z
      .discriminatedUnion("name", [
        z.strictObject({
          name: z.literal("sgd").describe("Stochastic gradient descent."),
          learningRate,
          momentum: fraction.describe("Share of the step before that is kept."),
          weightDecay,
        }),
        z.strictObject({
          name: z.literal("adamw").describe("Adam with decoupled weight decay."),
          learningRate,
          beta1: fraction.describe("Decay of the gradients' mean."),
          beta2: fraction.describe("Decay of the gradients' mean square."),
          epsilon: positive.describe("Added to the root of the mean square."),
          weightDecay,
        }),
      ])
      .describe("How a step follows from a gradient."),
    batchSize: z.union([z.int().min(1), z.literal("all")]).describe("Patients a step, or all of them."),
    localSteps: z
      .union([
        z.int().min(1).max(1_000_000),
        z.strictObject({
          epochs: positive.max(10_000).describe("Passes over the site's examples in a round."),
        }),
      ])
      .describe("Steps at each site in a round, or passes, of which a larger site takes more steps."),
    proximal: z
      .number()
      .min(0)
      .max(1000)
      .describe("How strongly a step pulls back to the round's model (FedProx)."),
    driftCorrection: z
      .enum(["none", "scaffold"])
      .describe("scaffold: sites correct their steps by how their gradients differ from everyone's."),
    normalisation: z
      .enum(["none", "fednova"])
      .describe("fednova: a site that takes more steps does not count more for it."),
    local: z
      .array(z.string().min(1))
      .max(256)
      .describe("Names of the model's tensors that stay at each site (FedBN); may be empty."),
  })
  .superRefine(({optimizer, driftCorrection, normalisation, local}, context) => {
    const refuse = (place: string, message: string): void =>
      context.addIssue({code: "custom", path: [place], message});
    if (new Set(local).size < local.length) refuse("local", "names a tensor twice");
    if (driftCorrection === "none") return;
    if (optimizer.name !== "sgd") refuse("driftCorrection", "scaffold goes with sgd only");
    if (normalisation !== "none") {
      refuse("normalisation", "scaffold makes up for different steps itself: give one of both");
    }
  })
  .describe("What each site does between two exchanges.");

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(Math.log2(value));
}

const votesSchema = z
  .array(
    z.strictObject({
      site: nameSchema.describe("Who votes."),
      patients: z.int().min(1).describe("For which cap."),
    }),
  )
  .min(1)
  .max(10_000)
  .describe("What each site voted, once; the lower median of the votes is the cap.");

/** Weights of the sites; part of {@link planSchema}. */
export const weightsSchema = z
  .strictObject({
    unit: z
      .enum(["patients", "events"])
      .describe("What n counts at a site: train patients, or those of them with an event (label 1)."),
    reference: z
      .int()
      .min(1)
      .max(MAX_REFERENCE)
      .refine(isPowerOfTwo, "must be a power of two")
      .describe("N0: a site of n patients (or events) contributes with weight n / N0."),
    cap: z
      .union([z.int().min(1), z.strictObject({votes: votesSchema})])
      .describe("A site counts as at most so many, at most the reference: a number, or the sites' votes."),
  })
  .superRefine(({cap, reference}, context) => {
    const refuse = (path: (string | number)[], message: string): void =>
      context.addIssue({code: "custom", path, message});
    const tooHigh = "must not exceed the reference";
    if (typeof cap === "number") {
      if (cap > reference) refuse(["cap"], tooHigh);
      return;
    }
    for (const [index, {site, patients}] of cap.votes.entries()) {
      if (patients > reference) refuse(["cap", "votes", index, "patients"], tooHigh);
      const isFirst = cap.votes.findIndex((vote) => vote.site === site) === index;
      if (!isFirst) refuse(["cap", "votes", index, "site"], "votes twice");
    }
  })
  .describe("How much each site counts.");

/** Members that must take part in a round; part of {@link planSchema}. */
export const quorumSchema = z
  .strictObject({
    rule: z
      .enum(["two-thirds", "majority"])
      .optional()
      .describe(
        "How many members decide: more than two thirds, which is safe while fewer than a third lie, or a majority, which is safe while members only crash. A plan without it, as plans of earlier versions are, means a majority.",
      ),
    weightShare: z.number().min(0).max(1).describe("Least share of the weight."),
  })
  .describe("Who decides a round.");

/** Start of the run; part of {@link planSchema}. */
export const startSchema = z
  .strictObject({
    members: z.int().min(1).describe("Begin when so many members are ready."),
    patients: z.int().min(1).describe("And when they have so many training patients together."),
    waitSeconds: z.number().min(0).max(86_400).describe("Then wait so long for the others."),
  })
  .describe("When the run begins.");

/** Time that a round waits; part of {@link planSchema}. */
export const deadlineSchema = z
  .strictObject({
    minimumSeconds: positive.max(86_400).describe("The least."),
    maximumSeconds: positive.max(86_400).describe("The most."),
  })
  .superRefine((deadline, context) => {
    if (deadline.minimumSeconds <= deadline.maximumSeconds) return;
    context.addIssue({code: "custom", path: ["maximumSeconds"], message: "must not be below minimumSeconds"});
  })
  .describe("Bounds of the time that a round waits for a member; between them it adapts.");

/** Protection of the data before anything leaves; part of {@link planSchema}. */
export const privacySchema = z
  .strictObject({
    clip: positive.describe("Largest Euclidean norm of an update; a longer one is shortened to it."),
    noise: z.literal("none").describe("No noise is added."),
    secureSums: z.literal("none").describe("Members see one another's updates."),
    disclosure: z
      .enum(["public", "consent"])
      .describe(
        "public: all counts may be shown (public data only); consent: small class counts do not leave.",
      ),
  })
  .describe("What is done to an update before it leaves its site.");

/** Evaluations and their times; part of {@link planSchema}. */
export const evaluationSchema = z
  .strictObject({
    stopRule: z.literal("none").describe("All rounds are run."),
    test: z.literal("once").describe("After the last round."),
  })
  .describe("Test patients are looked at once, after the last round.");

/** The arithmetic; part of {@link planSchema}. */
export const numericsSchema = z
  .strictObject({
    parameters: z.literal("f32").describe("Binary32."),
    accumulation: z.literal("f64").describe("Binary64."),
  })
  .describe("Precision of parameters and of their sums.");

/** Data that is kept; part of {@link planSchema}. */
export const retentionSchema = z
  .strictObject({models: z.int().min(1).max(1000).describe("How many rounds' models each node keeps.")})
  .describe("What each node keeps of the run.");
