import {z} from "zod";

const MAX_STEPS = 10_000;
const place = z.int().min(0).max(1023);
const steps = z.int().min(1).max(MAX_STEPS).describe("Phases of a round.");
const codec = z
  .enum(["f32", "fp16", "int8", "sign", "top10", "top1"])
  .describe(
    "How numbers travel: in 4, 2 or 1 byte each, as a sign, or the largest 26 or 3 of 256; what the last three leave out is sent later.",
  );

const phasesSchema = z.discriminatedUnion("name", [
  z.strictObject({
    name: z
      .literal("base")
      .describe("The base-(k + 1) graph: few phases, after which all hold the exact mean."),
    peers: z.int().min(1).max(4).describe("With how many others a site exchanges at once."),
  }),
  z.strictObject({
    name: z
      .enum(["random", "ring", "torus", "exponential", "complete"])
      .describe(
        "In each phase a site exchanges with one drawn at random, both neighbours on a ring, four on a torus, those 1, 2, 4, ... places on, or all.",
      ),
    steps,
  }),
  z.strictObject({
    name: z.literal("edges").describe("A graph of your own, with Metropolis weights."),
    edges: z
      .array(z.tuple([place, place]))
      .min(1)
      .max(MAX_STEPS)
      .describe("Pairs of places among those who take part, in the order of their ids."),
    steps,
  }),
]);

const scheduleSchema = z
  .union([z.literal("all"), z.literal("grid"), phasesSchema])
  .describe(
    "Who exchanges with whom: all in one group; grid, phases of small groups; or phases in which sites exchange with their neighbours on a graph, after which all adopt one site's mean.",
  );

const robustSchema = z
  .union([
    z.literal("none"),
    z.strictObject({
      rule: z
        .enum(["trimmed-mean", "median", "geometric-median", "krum", "multi-krum", "centred-clipping"])
        .describe(
          "trimmed-mean and median: of each coordinate; geometric-median: the point nearest to all; krum and multi-krum: the contribution, or the mean of those, that lie nearest to others; centred-clipping: the mean of contributions cut to a distance from a centre.",
        ),
      faulty: z.int().min(0).max(512).describe("How many sites may send what they like."),
      adaptiveClipping: z
        .boolean()
        .describe("Whether the longest contributions are first of all shortened to the length of the next."),
      nearestNeighbours: z
        .boolean()
        .describe("Whether each contribution is then replaced by the mean of those nearest to it."),
    }),
  ])
  .describe(
    "What is done against sites that send harmful contributions. Common statistics are then trimmed means, whatever the rule.",
  );

const outerSchema = z
  .union([
    z.literal("none"),
    z.strictObject({
      learningRate: z.number().positive().max(10).describe("Length of the step towards the mean."),
      momentum: z
        .number()
        .min(0)
        .lt(1)
        .describe("Nesterov's, on the change of the mean from round to round."),
    }),
  ])
  .describe("What is done with the mean of a round: it is the next model, or a step towards it.");

const roundsSchema = z
  .strictObject({
    mode: z.literal("rounds").describe("All sites train, then mix, round by round."),
    schedule: scheduleSchema,
    codec,
    robust: robustSchema,
    outer: outerSchema,
  })
  .superRefine(({schedule, robust}, context) => {
    if (robust === "none" || schedule === "all") return;
    context.addIssue({
      code: "custom",
      path: ["robust"],
      message: "a robust rule needs every contribution whole: it goes with the schedule all only",
    });
  });

const partnersSchema = z
  .union([z.literal("random"), phasesSchema])
  .describe("With whom a site exchanges: another one each time, or those that a schedule names in turn.");

const clippingSchema = z
  .union([
    z.literal("none"),
    z.strictObject({
      rule: z
        .literal("self-centred-clipping")
        .describe("A far model is cut to a distance from the site's own."),
      faulty: z.int().min(1).max(8).describe("How many sites may send what they like."),
    }),
  ])
  .describe("What is done with models that are far from a site's own.");

const asyncSchema = z
  .strictObject({
    mode: z.literal("async").describe("Sites train and exchange in pairs, each at its own pace."),
    exchange: z
      .enum(["swap", "push-sum"])
      .describe("Pairs swap and commit, or half a mass goes one way and is acknowledged."),
    partners: partnersSchema,
    units: z
      .int()
      .min(1)
      .max(1_000_000)
      .describe("Times localSteps that each site's training counts for in a round."),
    abandonSeconds: z
      .number()
      .positive()
      .max(86_400)
      .describe("How long a site waits for one that does not answer; more than the slowest's unit takes."),
    codec: z.enum(["f32", "fp16", "int8"]).describe("How numbers travel: in 4, 2 or 1 byte each."),
    robust: clippingSchema,
  })
  .superRefine(({exchange, partners, robust}, context) => {
    if (exchange === "swap") return;
    const refuse = (place: string, message: string): void =>
      context.addIssue({code: "custom", path: [place], message});
    if (robust !== "none") refuse("robust", "clipping needs both masses at hand: it goes with swap only");
    if (partners !== "random") refuse("partners", "shares go to random members: schedules go with swap only");
  });

/** Rule by which contributions are mixed; part of `planSchema`. */
export const mixingSchema = z
  .discriminatedUnion("mode", [roundsSchema, asyncSchema])
  .describe("How the sites' contributions become one model.");
