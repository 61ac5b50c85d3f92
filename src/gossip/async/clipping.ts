import type {Mass} from "../../parameters/index.ts";
import type {MemberId} from "../quorum.ts";

/** Whose mass is clipped, and what the radius is taken from. */
export interface Clipping {
  readonly peer: MemberId;
  /** How far each member's estimate was from one's own when it last came; kept up here. */
  readonly distances: Map<MemberId, number>;
  /** f: how many members may send what they like. */
  readonly faulty: number;
}

/**
 * A received mass whose estimate is moved into a ball about one's own: z_j becomes z_i + clip(z_j - z_i, tau), with
 * tau the (f + 1)-th largest of the members' last distances, this one's among them; 0 while no more than f are known,
 * as all of these may lie. The weight stays. A swap with it moves the two members by different amounts: it does not
 * conserve the sum of masses.
 * @returns `theirs` itself when it lies within tau
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
  return (values[index] ?? 0) / weight;
}
