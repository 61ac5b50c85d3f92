import type {z} from "zod";
import {codecOf} from "../parameters/index.ts";
import type {privacySchema, trainingSchema, weightsSchema} from "./plan-blocks.ts";
import type {mixingSchema} from "./plan-mixing.ts";

/** The blocks that must fit together. */
interface Blocks {
  readonly training: Readonly<z.output<typeof trainingSchema>>;
  readonly mixing: Readonly<z.output<typeof mixingSchema>>;
  readonly weights: Readonly<z.output<typeof weightsSchema>>;
  readonly privacy: Readonly<z.output<typeof privacySchema>>;
}

type Refuse = (place: readonly string[], message: string) => void;

function checkAsynchronous({training}: Blocks, refuse: Refuse): void {
  if (typeof training.localSteps !== "number") {
    refuse(["training", "localSteps"], "units of a segment are steps: give a number, not epochs");
  }
  if (training.local.length > 0) refuse(["training", "local"], "goes with the mode rounds only");
  if (training.driftCorrection !== "none") {
    refuse(["training", "driftCorrection"], "goes with the mode rounds only");
  }
  if (training.normalisation !== "none") {
    refuse(["training", "normalisation"], "goes with the mode rounds only: a segment counts units");
  }
}

function checkCounts({weights, privacy}: Blocks, refuse: Refuse): void {
  if (weights.unit === "patients" || privacy.disclosure === "public") return;
  refuse(
    ["weights", "unit"],
    "events reveals how many patients have an event: it is allowed only with disclosure: public",
  );
}

/** Refuses combinations that the blocks do not allow together, although each block does alone. */
export function checkCombinations(plan: Blocks, context: z.RefinementCtx): void {
  const refuse: Refuse = (path, message) => context.addIssue({code: "custom", path: [...path], message});
  const {training, mixing} = plan;
  checkCounts(plan, refuse);
  if (mixing.mode === "async") {
    checkAsynchronous(plan, refuse);
    return;
  }
  const extras = [
    training.driftCorrection === "none" ? [] : ["driftCorrection"],
    training.normalisation === "none" ? [] : ["normalisation"],
  ].flat();
  for (const extra of extras) {
    if (mixing.robust !== "none")
      refuse(["training", extra], "goes with no robust rule: it takes weighted sums");
    if (codecOf(mixing.codec).isSparse)
      refuse(["training", extra], "goes with codecs that send every value: f32, fp16 and int8");
  }
  if (training.normalisation !== "none" && mixing.schedule !== "all") {
    refuse(["training", "normalisation"], "goes with the schedule all only");
  }
}
