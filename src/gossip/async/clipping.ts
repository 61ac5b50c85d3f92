import type {Mass} from "../../parameters/index.ts";

/** How many received distances the radius is taken from. */
const WINDOW = 16;

/**
 * A received mass whose estimate is moved into a ball about one's own: z_j becomes z_i + clip(z_j - z_i, tau),
 * with tau the (f + 1)-th largest of the last distances, this one among them. The weight stays.
 * A swap with it moves the two members by different amounts: it does not conserve the sum of masses.
 * @param distances the window, which is kept up here
 * @returns `theirs` itself when it lies within tau
 * @see He, Karimireddy, Jaggi, Byzantine-robust decentralized learning via ClippedGossip, 2022, section 4
 */
export function clipTowards(own: Mass, theirs: Mass, distances: number[], faulty: number): Mass {
  let squares = 0;
  for (let index = 0; index < own.values.length; index++) {
    squares += (ofWeight(theirs, index) - ofWeight(own, index)) ** 2;
  }
  const distance = Math.sqrt(squares);
  distances.push(distance);
  if (distances.length > WINDOW) distances.shift();
  const descending = distances.toSorted((a, b) => b - a);
  const radius = descending[Math.min(faulty, descending.length - 1)] ?? distance;
  if (distance <= radius) return theirs;
  const factor = radius / distance;
  return {
    weight: theirs.weight,
    values: theirs.values.map((_, index) => {
      const centre = ofWeight(own, index);
      return theirs.weight * (centre + factor * (ofWeight(theirs, index) - centre));
    }),
  };
}

function ofWeight({values, weight}: Mass, index: number): number {
  return (values[index] ?? 0) / weight;
}
