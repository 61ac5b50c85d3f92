import type {Plan} from "../../consortium/index.ts";
import type {TrainerPool} from "../../simulation/index.ts";
import {batchOf, examplesOf, type LabelledRows} from "../../training/index.ts";

/** The total of a method's training. */
export interface Effort {
  /** Number of local steps of all its sites together. */
  readonly steps: number;
  /** Number of examples seen per train example of its sites. */
  readonly passes: number;
}

/** Counts a method's local steps as they are taken. */
export class EffortMeter {
  readonly #plan: Plan;
  readonly #sites = new Map<string, {readonly examples: number; steps: number}>();

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** Wraps the pool and counts all training on it. */
  over(pool: TrainerPool): TrainerPool {
    return {
      runsOn: pool.runsOn,
      open: async (site, rows, changes) => {
        const trainer = await pool.open(site, rows, changes);
        const own = this.#openSite(site, rows);
        return {
          ...trainer,
          localSteps: async (request) => {
            const result = await trainer.localSteps(request);
            own.steps += result.steps;
            return result;
          },
        };
      },
      close: () => pool.close(),
    };
  }

  /** Returns the training so far, of the named sites or of all. */
  effort(sites: readonly string[] = [...this.#sites.keys()]): Effort {
    const own = sites.flatMap((site) => this.#sites.get(site) ?? []);
    const all = own.reduce((sum, {examples}) => sum + examples, 0);
    const seen = own.reduce(
      (sum, {examples, steps}) => sum + steps * batchOf(this.#plan.training, examples),
      0,
    );
    return {steps: own.reduce((sum, {steps}) => sum + steps, 0), passes: all === 0 ? 0 : seen / all};
  }

  #openSite(site: string, rows: Pick<LabelledRows, "n" | "patients">) {
    const known = this.#sites.get(site);
    if (known !== undefined) return known;
    const own = {examples: examplesOf(this.#plan.model, rows), steps: 0};
    this.#sites.set(site, own);
    return own;
  }
}
