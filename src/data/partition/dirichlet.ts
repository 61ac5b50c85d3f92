import {at, type Random} from "../../core/index.ts";
import {shuffledByClass} from "./classes.ts";
import {cutByShares} from "./cut.ts";
import type {DirichletDeal} from "./partition-spec.ts";

/** The logarithm of a gamma variable of shape `alpha`; the variable itself can be too small for a number. */
function logGamma(alpha: number, random: Random): number {
  // Marsaglia and Tsang (2000) for alpha + 1, brought down to alpha by a power of a uniform variable.
  const d = alpha + 2 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v <= 0 || Math.log(1 - random.uniform()) >= x ** 2 / 2 + d - d * v + d * Math.log(v)) continue;
    return Math.log(d * v) + Math.log(1 - random.uniform()) / alpha;
  }
}

/** Shares of the nodes in one class; those that are not `open` get none of it. */
function drawShares(alpha: number, open: readonly boolean[], random: Random): number[] {
  const logs = open.map((isOpen) => {
    const log = logGamma(alpha, random);
    return isOpen ? log : Number.NEGATIVE_INFINITY;
  });
  const largest = logs.reduce((most, log) => Math.max(most, log));
  const parts = logs.map((log) => Math.exp(log - largest));
  const total = parts.reduce((sum, part) => sum + part, 0);
  return parts.map((part) => part / total);
}

/**
 * Deals each class by its own shares, drawn from the symmetric Dirichlet distribution: the label skew of most
 * papers on federated learning.
 * @see Hsu, Qi and Brown (2019), Measuring the effects of non-identical data distribution, section 3
 */
export function dealDirichlet(spec: DirichletDeal, labels: Uint8Array, random: Random): number[][] {
  const {nodes, alpha, selfBalancing} = spec;
  const dealt: number[][] = Array.from({length: nodes}, () => []);
  for (const rows of shuffledByClass(labels, random)) {
    const open = dealt.map((own) => !selfBalancing || own.length < labels.length / nodes);
    const runs = cutByShares(rows, drawShares(alpha, open, random));
    dealt.forEach((own, node) => own.push(...at(runs, node)));
  }
  return dealt;
}
