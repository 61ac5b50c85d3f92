import type {PatientMatrix} from "../../data/index.ts";
import type {Trainer} from "../../training/index.ts";
import type {Learning} from "../baselines/experiment.ts";
import {startingModel} from "../engine/network.ts";
import type {Trial} from "./trial.ts";

/** The trial's training over the threads of its pool; `close` frees the rows that it has sent there. */
export interface PoolLearning extends Learning {
  close(): Promise<void>;
}

/** A {@link PoolLearning}: steps of different sites are taken side by side. */
export function poolLearning(trial: Trial): PoolLearning {
  const {plan, cohort, pool, signal} = trial;
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
