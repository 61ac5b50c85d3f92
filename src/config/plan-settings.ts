import {stringify} from "yaml";
import {z} from "zod";
import {type Plan, parsePlan, planSchema} from "../consortium/index.ts";

/**
 * The schema of a preset's `NAME.plan.yaml`: what is frozen of a plan, which is all but what depends on who runs it
 * on which data (name, consortium, start, and the task's name and contract). The seed may be left to the caller.
 */
export const planSettingsSchema = planSchema.omit({name: true, consortium: true, start: true}).extend({
  seed: planSchema.shape.seed.optional(),
  task: z
    .strictObject({standardisation: planSchema.shape.task.shape.standardisation})
    .describe("How patients are prepared."),
});

/** The frozen part of a plan. */
export type PlanSettings = Readonly<z.output<typeof planSettingsSchema>>;

/** What a plan needs beside its settings. */
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

/** With so many members a quorum of more than two thirds outlasts one that lies, and as many that crash as a majority. */
const LEAST_FOR_TWO_THIRDS = 4;

/** Settings that say who decides: as they do already, or for `members`, more than two thirds from four members on. */
export function withQuorumRule(settings: PlanSettings, members: number): PlanSettings {
  const rule = members >= LEAST_FOR_TWO_THIRDS ? "two-thirds" : "majority";
  return {...settings, quorum: {rule, ...settings.quorum}};
}

/**
 * The bytes of a plan file (YAML) made of settings and facts, with its keys in the schema's order, so that equal
 * ones give equal bytes; the seed is 42 where the settings name none. To change a setting, pass a changed copy of them.
 * @throws {CodedError} CONSORTIUM_PLAN_INVALID
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
