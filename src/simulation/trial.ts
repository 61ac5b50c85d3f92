import type {Experiment} from "../config/index.ts";
import type {Plan} from "../consortium/index.ts";
import type {Cohort} from "./cohort.ts";
import type {TrainerPool} from "./engine/trainer-pool.ts";

/** One seed of one point of an experiment's sweep. */
export interface Trial {
  readonly experiment: Experiment;
  /** Swept keys with their values at this point; empty without a sweep. */
  readonly point: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly plan: Plan;
  readonly cohort: Cohort;
  readonly pool: TrainerPool;
  readonly signal: AbortSignal;
}
