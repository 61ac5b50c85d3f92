import type {OptimizerSpec, TrainingSpec} from "./types.ts";

/**
 * Number of local steps of a round at a site of `examples` examples: the plan's fixed number, or the steps of
 * its epochs there, at least 1.
 */
export function stepsOf(
  {localSteps, batchSize}: Pick<TrainingSpec, "localSteps" | "batchSize">,
  examples: number,
): number {
  if (typeof localSteps === "number") return localSteps;
  return Math.max(1, Math.ceil((localSteps.epochs * examples) / batchOf({batchSize}, examples)));
}

/**
 * Distance that `steps` steps from rest cover along a constant gradient, in learning rates. It is `steps` for
 * plain sgd and for AdamW, whose steps do not grow with the gradient, and with momentum rho `(steps - rho (1
 * - rho^steps) / (1 - rho)) / (1 - rho)`.
 * @see Wang et al., Tackling the objective inconsistency problem in heterogeneous federated optimization,
 * NeurIPS 2020, section 4: the norm of a_i (FedNova)
 */
export function effortOf(optimizer: OptimizerSpec, steps: number): number {
  if (optimizer.name === "adamw" || optimizer.momentum === 0) return steps;
  const rest = 1 - optimizer.momentum;
  // A product instead of a power: Math.pow may differ between machines.
  let decay = 1;
  for (let step = 0; step < steps; step++) decay *= optimizer.momentum;
  return (steps - (optimizer.momentum * (1 - decay)) / rest) / rest;
}

/** Number of examples that a step takes out of `examples`. */
export function batchOf({batchSize}: Pick<TrainingSpec, "batchSize">, examples: number): number {
  return batchSize === "all" ? examples : Math.min(batchSize, examples);
}
