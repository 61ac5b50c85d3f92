import type {Plan} from "../consortium/index.ts";
import type {PatientMatrix} from "../data/index.ts";
import {startingModel, type Trial} from "../simulation/index.ts";
import type {Trainer} from "../training/index.ts";
import type {Learning} from "./baselines/experiment.ts";

/** Training over the threads of a trial's pool. `close` frees the rows that it has sent there. */
export interface PoolLearning extends Learning {
  close(): Promise<void>;
}

/**
 * Creates a {@link PoolLearning} of a plan for the trial's sites. Steps of different sites are taken side by
 * side.
 * @param plan the method's plan, whose settings may differ from the network's
 */
export function poolLearning(trial: Trial, plan: Plan): PoolLearning {
  const {cohort, pool, signal} = trial;
  const {features} = cohort;
  const opened = new Map<PatientMatrix, Promise<Trainer>>();
  return {
    plan,
    features,
    initial: startingModel(trial).initial,
    async takeSteps({name, rows, proximal, start, firstStep, steps}) {
      signal.throwIfAborted();
      const training = {...plan.training, proximal};
      const opening = opened.get(rows) ?? pool.open(name, rows, {training, seed: plan.seed});
      opened.set(rows, opening);
      const trainer = await opening;
      return (await trainer.localSteps({start, firstStep, steps, signal})).parameters;
    },
    async close() {
      for (const opening of opened.values()) await (await opening).close();
    },
  };
}
