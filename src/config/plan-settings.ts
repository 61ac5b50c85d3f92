import {stringify} from "yaml";
import {z} from "zod";
import {type Plan, parsePlan, planSchema} from "../consortium/index.ts";

/**
 * The schema of a preset's `NAME.plan.yaml`, the frozen part of a plan. It leaves out the parts that depend
 * on who runs the plan on which data (name, consortium, start, and the task's name and contract). It may
 * leave the seed to the caller.
 */
export const planSettingsSchema = planSchema.omit({name: true, consortium: true, start: true}).extend({
  seed: planSchema.shape.seed.optional(),
  task: z
    .strictObject({standardisation: planSchema.shape.task.shape.standardisation})
    .describe("How patients are prepared."),
});

/** The frozen part of a plan. */
export type PlanSettings = Readonly<z.output<typeof planSettingsSchema>>;

/** The facts that a plan needs beside its settings. */
export interface PlanFacts {
  readonly name: string;
  readonly consortium: string;
  readonly task: {
    readonly name: string;
    /** Hash of the data contract, 64 hexadecimal digits. */
    readonly contract: string;
    readonly input: Plan["task"]["input"];
  };
  readonly start: Plan["start"];
}

const DEFAULT_SEED = 42;

/** From here on a quorum of more than two thirds survives one liar, and as many crashes as a majority. */
const LEAST_FOR_TWO_THIRDS = 4;

/** Adds the quorum rule to settings without one: for `members`, more than two thirds from four members on. */
export function withQuorumRule(settings: PlanSettings, members: number): PlanSettings {
  const rule = members >= LEAST_FOR_TWO_THIRDS ? "two-thirds" : "majority";
  return {...settings, quorum: {rule, ...settings.quorum}};
}

/**
 * Composes the bytes of a plan file (YAML) from settings and facts. Its keys are in the schema's order, so
 * equal input gives equal bytes. The seed is 42 if the settings name none. To change a setting, pass a
 * changed copy of them.
 * @throws {CodedError} CONSORTIUM_PLAN_INVALID
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {composePlan, findPreset} from "consilium/config";
 *
 * const {settings} = await findPreset("synthetic-heart");
 * const task = {name: "heart", contract: "00".repeat(32), input: {kind: "tabular" as const}};
 * const start = {members: 3, patients: 1, waitSeconds: 60};
 * const bytes = composePlan({...settings, seed: 7}, {name: "pilot", consortium: "heart", task, start});
 * assert.match(new TextDecoder().decode(bytes), /^seed: 7$/m);
 * ```
 */
export function composePlan(settings: PlanSettings, facts: PlanFacts): Uint8Array {
  const {task, start, name, consortium} = facts;
  const plan: Plan = {
    ...settings,
    name,
    consortium,
    start,
    seed: settings.seed ?? DEFAULT_SEED,
    task: {...task, ...settings.task},
  };
  const ordered = Object.keys(planSchema.shape).map((key) => [key, Reflect.get(plan, key)]);
  const bytes = new TextEncoder().encode(stringify(Object.fromEntries(ordered)));
  parsePlan(bytes, "the composed plan");
  return bytes;
}
