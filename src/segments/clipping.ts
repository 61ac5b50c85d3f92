import type {Mass} from "../parameters/index.ts";
import type {MemberId} from "../rounds/index.ts";

/** The sender of the mass to be clipped, and the data that set the radius. */
export interface Clipping {
  readonly peer: MemberId;
  /** Distance of each member's last estimate from one's own; kept up here. */
  readonly distances: Map<MemberId, number>;
  /** f: the number of members that may send arbitrary masses. */
  readonly faulty: number;
}

/**
 * Moves the estimate of a received mass into a ball about one's own: z_j becomes z_i + clip(z_j - z_i, tau).
 * tau is the (f + 1)-th largest of the members' last distances, this one's among them. It is 0 while at most
 * f are known, because all of these may lie. The weight stays. A swap with such a mass moves the two members
 * by different amounts: it does not conserve the sum of masses.
 * @returns `theirs` itself if it lies within tau
 * @see He, Karimireddy, Jaggi, Byzantine-robust decentralized learning via ClippedGossip, 2022, section 4
 */
export function clipTowards(own: Mass, theirs: Mass, {peer, distances, faulty}: Clipping): Mass {
  let squares = 0;
  for (let index = 0; index < own.values.length; index++) {
    squares += (ofWeight(theirs, index) - ofWeight(own, index)) ** 2;
  }
  const distance = Math.sqrt(squares);
  distances.set(peer, distance);
  const radius = [...distances.values()].toSorted((a, b) => b - a)[faulty] ?? 0;
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
  return (values[index] as number) / weight;
}
