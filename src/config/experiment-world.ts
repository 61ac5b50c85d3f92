import {z} from "zod";

const ms = z.number().min(0).max(86_400_000);
const chance = z.number().min(0).max(1);
const site = z.string().min(1).describe("A site's name.");
const groups = z
  .array(z.array(z.string().min(1)).min(1))
  .min(2)
  .describe("Sites that reach each other only.");
const atSeconds = z.number().min(0).describe("When it begins, in virtual seconds.");

const delay = z
  .discriminatedUnion("type", [
    z.strictObject({type: z.literal("constant"), ms: ms.describe("Milliseconds, always.")}),
    z.strictObject({
      type: z.literal("uniform"),
      leastMs: ms.describe("Least milliseconds."),
      mostMs: ms.describe("Most milliseconds."),
    }),
    z.strictObject({
      type: z.literal("linear"),
      perMebibyteMs: ms.describe("Milliseconds for each MiB."),
      overheadMs: ms.describe("Milliseconds of every message."),
    }),
    z.strictObject({
      type: z.literal("lognormal"),
      medianMs: z.number().positive().describe("Median, in milliseconds."),
      sigma: z.number().min(0).max(5).describe("Deviation of the delay's logarithm."),
    }),
  ])
  .describe("How long a message is under way; constant, uniform and linear as gossipy's delays.");

const mbps = z.union([z.literal("unlimited"), z.number().positive()]).describe("Megabits a second.");

/** Links between nodes. */
export const networkSchema = z
  .strictObject({
    delay: delay.prefault({type: "uniform", leastMs: 1, mostMs: 21}),
    bandwidthMbps: mbps.default("unlimited"),
    dropProb: chance.default(0).describe("Chance that a message is lost."),
    sites: z
      .record(
        site,
        z.strictObject({
          bandwidthMbps: mbps.optional(),
          delayMs: ms.optional().describe("Of every message, in place of the delay above."),
        }),
      )
      .default({})
      .describe("Sites whose line is another; of two ends the slower counts."),
  })
  .prefault({})
  .describe("The links between nodes; only the full engine sends messages over them.");

/** Time that training takes. */
export const computeSchema = z
  .strictObject({
    stepMs: ms.default(10).describe("Virtual milliseconds of a local step."),
    sites: z.record(site, ms).default({}).describe("Sites whose steps take longer or shorter."),
  })
  .prefault({})
  .describe("How fast nodes train, in virtual time.");

/** Absences of nodes. */
export const churnSchema = z
  .union([
    z.literal("none"),
    z.strictObject({
      onlineProb: z.number().positive().max(1).describe("Share of the time that a node is up."),
      meanOfflineSeconds: z.number().positive().describe("How long it is away on average."),
    }),
  ])
  .default("none")
  .describe("Nodes that stop and come back by chance.");

/** Faults at given times. */
export const faultsSchema = z
  .array(
    z.discriminatedUnion("type", [
      z.strictObject({
        type: z.literal("crash"),
        site,
        atSeconds,
        backAfterSeconds: z
          .union([z.literal("never"), z.number().positive()])
          .describe("How long it is away."),
      }),
      z.strictObject({
        type: z.literal("partition"),
        groups,
        atSeconds,
        untilSeconds: z.number().positive().describe("When it ends."),
      }),
    ]),
  )
  .default([])
  .describe("Crashes and partitions at given virtual times.");

const bad = {
  sites: z.union([z.array(site).min(1), z.int().min(1)]).describe("Names, or how many: the last ones."),
};

const scale = z.number().positive().describe("How strongly.");

/** Attacks by malicious nodes. */
export const attacksSchema = z
  .array(
    z.discriminatedUnion("type", [
      z.strictObject({type: z.literal("label-flip"), ...bad}),
      z.strictObject({type: z.literal("sign-flip"), ...bad, scale}),
      z.strictObject({type: z.literal("gaussian"), ...bad, scale}),
      z.strictObject({type: z.literal("zero"), ...bad}),
      z.strictObject({
        type: z.literal("alie"),
        ...bad,
        z: z
          .union([z.literal("auto"), z.number()])
          .describe("Standard deviations from the honest mean; auto: as many as stay hidden."),
      }),
      z.strictObject({type: z.literal("inner-product"), ...bad, scale}),
      z.strictObject({type: z.literal("mimic"), ...bad}),
      z.strictObject({type: z.literal("dissensus"), ...bad, scale}),
      z.strictObject({type: z.literal("free-rider"), ...bad}),
      z.strictObject({type: z.literal("statistics-edge"), ...bad}),
    ]),
  )
  .max(1)
  .default([])
  .describe("What bad nodes hand over, who know what the honest ones do: none, or one attack.");
