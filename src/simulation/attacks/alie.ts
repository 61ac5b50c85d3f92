import {normalQuantile} from "../../evaluation/index.ts";
import type {Update} from "./attacks.ts";
import {honestDeviation, honestMean} from "./honest-statistics.ts";

/** The value from published experiments, used if the counts allow no deviation. */
const FALLBACK_Z = 1.5;

/**
 * Number of standard deviations that bad members may stray with enough honest members still further out:
 * Phi^-1((n - f - s) / (n - f)) with s = floor(n / 2 + 1) - f; 1.5 if that is not above 0.
 * @param members n
 * @param faulty f
 * @see Baruch et al., A little is enough, NeurIPS 2019, algorithm 3
 */
export function alieZ(members: number, faulty: number): number {
  const honest = members - faulty;
  const supporters = Math.floor(members / 2 + 1) - faulty;
  const z = supporters <= 0 ? 0 : normalQuantile((honest - supporters) / honest);
  return z > 0 ? z : FALLBACK_Z;
}

/** Computes `[d]`, mu - z sigma of the honest updates; owned by the caller. */
export function alie(honest: readonly Update[], z: number): Float64Array {
  const mean = honestMean(honest);
  const deviation = honestDeviation(honest, mean);
  return mean.map((value, index) => value - z * (deviation[index] as number));
}
