import {z} from "zod";
import type {OpeningStep} from "../../node/index.ts";
import {openingSchema, timeSchema} from "./view-schemas.ts";

/** The answer of a node that is starting to requests that need it. */
export const startingAnswerSchema = z.strictObject({
  error: z.literal("the node is starting"),
  opening: z
    .strictObject({step: openingSchema, since: timeSchema})
    .nullable()
    .describe("What it opens; null before it has begun."),
});

/** The answer of a starting node. */
export type StartingAnswer = z.output<typeof startingAnswerSchema>;

/** The part that a node is opening, and the time since when, in ms since the Unix epoch. */
export interface Opening {
  readonly step: OpeningStep;
  readonly sinceWallMs: number;
}

/** The answer of a node that is starting. */
export function startingAnswer(opening: Opening | null): StartingAnswer {
  const answer: StartingAnswer = {
    error: "the node is starting",
    opening:
      opening === null ? null : {step: opening.step, since: new Date(opening.sinceWallMs).toISOString()},
  };
  return startingAnswerSchema.parse(answer);
}
