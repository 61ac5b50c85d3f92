import {at} from "../core/index.ts";
import {leftOut, type RobustVector, type Verdict} from "./rules.ts";

const HISTORY = 20;
const NORM_FACTOR = 10;

/** Vectors that may enter a rule, and the verdicts on those that may not. */
export interface Screened {
  /** Indices of the vectors that pass, ascending. */
  readonly passed: readonly number[];
  /** One for each vector; null if it passed. */
  readonly verdicts: readonly (Verdict | null)[];
}

/**
 * Keeps out vectors that hold NaN or values infinite in binary32, that differ in length from most others, or
 * whose L2 norm is above `normLimit`. Of equally frequent lengths the first one met counts.
 */
export function screen(vectors: readonly RobustVector[], normLimit: number): Screened {
  const length = commonLength(vectors);
  const verdicts = vectors.map((vector) => {
    if (vector.length !== length) return leftOut("wrong-length");
    if (!vector.every(isFiniteInBinary32)) return leftOut("not-finite");
    return normLimit < Number.POSITIVE_INFINITY && normOf(vector) > normLimit ? leftOut("too-long") : null;
  });
  return {verdicts, passed: [...verdicts.keys()].filter((index) => verdicts[index] === null)};
}

/**
 * The largest norm that a member accepts: ten times the median of the norms of its own last twenty deltas, or
 * infinite without any.
 * @param norms L2 norms of the member's own deltas, the newest last
 */
export function normLimit(norms: readonly number[]): number {
  const recent = norms.slice(-HISTORY).sort((a, b) => a - b);
  if (recent.length === 0) return Number.POSITIVE_INFINITY;
  const twice = at(recent, (recent.length - 1) >> 1) + at(recent, recent.length >> 1);
  return (NORM_FACTOR * twice) / 2;
}

/** An honest member cannot send larger numbers; their squares would overflow. */
function isFiniteInBinary32(value: number): boolean {
  return Number.isFinite(Math.fround(value));
}

function normOf(vector: RobustVector): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}

function commonLength(vectors: readonly RobustVector[]): number {
  const counts = new Map<number, number>();
  for (const {length} of vectors) counts.set(length, (counts.get(length) ?? 0) + 1);
  let common = {length: 0, count: 0};
  for (const [length, count] of counts) if (count > common.count) common = {length, count};
  return common.length;
}
