import {z} from "zod";

const ms = z.number().min(0).max(86_400_000);
const chance = z.number().min(0).max(1);
const site = z.string().min(1);
const groups = z.array(z.array(site).min(1)).min(2);

const delay = z
  .discriminatedUnion("type", [
    z.strictObject({type: z.literal("constant"), ms}),
    z.strictObject({type: z.literal("uniform"), leastMs: ms, mostMs: ms}),
    z.strictObject({type: z.literal("linear"), perMebibyteMs: ms, overheadMs: ms}),
    z.strictObject({
      type: z.literal("lognormal"),
      medianMs: z.number().positive(),
      sigma: z.number().min(0).max(5),
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
      .record(site, z.strictObject({bandwidthMbps: mbps.optional(), delayMs: ms.optional()}))
      .default({})
      .describe("Sites whose line is another; of two ends the slower counts."),
  })
  .prefault({})
  .describe("The links between nodes; only the full engine sends messages over them.");

/** How long training takes. */
export const computeSchema = z
  .strictObject({
    stepMs: ms.default(10).describe("Virtual milliseconds of a local step."),
    sites: z.record(site, ms).default({}).describe("Sites whose steps take longer or shorter."),
  })
  .prefault({})
  .describe("How fast nodes train, in virtual time.");

/** Who is away when. */
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

/** What goes wrong at a given time. */
export const faultsSchema = z
  .array(
    z.discriminatedUnion("type", [
      z.strictObject({
        type: z.literal("crash"),
        site,
        atSeconds: z.number().min(0),
        backAfterSeconds: z.union([z.literal("never"), z.number().positive()]),
      }),
      z.strictObject({
        type: z.literal("partition"),
        groups,
        atSeconds: z.number().min(0),
        untilSeconds: z.number().positive(),
      }),
    ]),
  )
  .default([])
  .describe("Crashes and partitions at given virtual times.");

const bad = {
  sites: z.union([z.array(site).min(1), z.int().min(1)]).describe("Names, or how many: the last ones."),
};

/** Who does harm. */
export const attacksSchema = z
  .array(
    z.discriminatedUnion("type", [
      z.strictObject({type: z.literal("label-flip"), ...bad}),
      z.strictObject({type: z.literal("sign-flip"), ...bad, scale: z.number().positive()}),
      z.strictObject({type: z.literal("gaussian"), ...bad, scale: z.number().positive()}),
      z.strictObject({type: z.literal("zero"), ...bad}),
      z.strictObject({type: z.literal("alie"), ...bad, z: z.union([z.literal("auto"), z.number()])}),
      z.strictObject({type: z.literal("inner-product"), ...bad, scale: z.number().positive()}),
      z.strictObject({type: z.literal("mimic"), ...bad}),
      z.strictObject({type: z.literal("dissensus"), ...bad, scale: z.number().positive()}),
      z.strictObject({type: z.literal("free-rider"), ...bad}),
    ]),
  )
  .max(1)
  .default([])
  .describe("What bad nodes hand over; they know what the honest ones do.");
