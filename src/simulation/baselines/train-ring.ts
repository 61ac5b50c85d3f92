import type {Standardiser} from "../../data/index.ts";
import {examplesOf, stepsOf} from "../../training/index.ts";
import type {Learning} from "./experiment.ts";
import {federatedMembers} from "./members.ts";
import type {SiteData} from "./site-data.ts";

/** What decentralised training leaves each node with, in the sites' order. */
export interface RingModels {
  /** `[n][layoutSize]`, owned by the receiver. */
  readonly models: readonly Float32Array[];
  readonly standardisers: readonly Standardiser[];
}

/** One step of Metropolis mixing on a ring: a third each of one's own, the left and the right model. */
function mixOnRing(models: readonly Float32Array[]): Float32Array[] {
  const {length} = models;
  return models.map((own, place) => {
    const around = new Set([(place + 1) % length, (place + length - 1) % length]);
    around.delete(place);
    const share = 1 / (around.size + 1);
    return own.map((value, index) => {
      let sum = share * value;
      for (const neighbour of around) sum += share * (models[neighbour]?.[index] ?? 0);
      return sum;
    });
  });
}

/**
 * Decentralised SGD on a ring: local steps, then one step of mixing with the two neighbours; nobody's patients count
 * more than another's.
 * @param onRound is given the nodes' models after each round
 * @throws {CodedError} TRAINING_DIVERGED, DATA_MATRIX_EMPTY
 * @see Lian et al., Can decentralized algorithms outperform centralized algorithms?, NeurIPS 2017, algorithm 1
 */
export async function trainRing(
  learning: Learning,
  sites: readonly SiteData[],
  onRound: (round: number, held: RingModels) => void | Promise<void> = () => {},
): Promise<RingModels> {
  const {plan, initial, takeSteps} = learning;
  const members = federatedMembers(learning, sites);
  const standardisers = members.map(({standardiser}) => standardiser);
  let models: Float32Array[] = members.map(() => initial.slice());
  for (let round = 0; round < plan.rounds; round++) {
    const trained = await Promise.all(
      members.map(async ({name, rows}, place) => {
        const steps = stepsOf(plan.training, examplesOf(plan.model, rows));
        const start = models[place] ?? initial;
        return await takeSteps({name, rows, start, firstStep: round * steps, steps, proximal: 0});
      }),
    );
    models = mixOnRing(trained);
    await onRound(round, {models, standardisers});
  }
  return {models, standardisers};
}
