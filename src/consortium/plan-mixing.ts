import {z} from "zod";

const MAX_STEPS = 10_000;
const place = z.int().min(0).max(1023);
const steps = z.int().min(1).max(MAX_STEPS).describe("Phases of a round.");
const codec = z
  .enum(["f32", "fp16", "int8", "sign", "top10", "top1"])
  .describe(
    "How numbers travel: in 4, 2 or 1 byte each, as a sign, or the largest 26 or 3 of 256; what the last three leave out is sent later.",
  );

const scheduleSchema = z
  .union([
    z.literal("all"),
    z.literal("grid"),
    z.discriminatedUnion("name", [
      z.strictObject({
        name: z.literal("base"),
        peers: z.int().min(1).max(4).describe("With how many others a site exchanges at once."),
      }),
      z.strictObject({name: z.enum(["random", "ring", "torus", "exponential", "complete"]), steps}),
      z.strictObject({
        name: z.literal("edges"),
        edges: z
          .array(z.tuple([place, place]))
          .min(1)
          .max(MAX_STEPS)
          .describe("Pairs of places among those who take part, in the order of their ids."),
        steps,
      }),
    ]),
  ])
  .describe("Who exchanges with whom: one group of all, or phases of smaller ones.");

const robustSchema = z
  .union([
    z.literal("none"),
    z.strictObject({
      rule: z.enum(["trimmed-mean", "median", "geometric-median", "krum", "multi-krum", "centred-clipping"]),
      faulty: z.int().min(0).max(512).describe("How many sites may send what they like."),
      nearestNeighbours: z
        .boolean()
        .describe("Whether each contribution is first replaced by the mean of those nearest to it."),
    }),
  ])
  .describe("What is done against sites that send harmful contributions.");

/** How contributions are mixed; part of `planSchema`. */
export const mixingSchema = z
  .strictObject({mode: z.literal("rounds"), schedule: scheduleSchema, codec, robust: robustSchema})
  .superRefine(({schedule, robust}, context) => {
    if (robust === "none" || schedule === "all") return;
    context.addIssue({
      code: "custom",
      path: ["robust"],
      message: "a robust rule needs every contribution whole: it goes with the schedule all only",
    });
  })
  .describe("How the sites' contributions become one model.");
