import type {Random} from "../../core/index.ts";

/** Properties of a link in one direction. */
export interface LinkModel {
  /** Draws the one-way latency of a message, in milliseconds. */
  latencyMs(random: Random): number;
  /**
   * Number of bytes that an end sends or takes in a millisecond, one transfer after another. A transfer is
   * stored whole, then forwarded. Infinite if only latency counts. Frames are too small to count.
   */
  readonly bytesPerMs: number;
  /** Chance that a frame is lost though its link stays up, in [0, 1]. */
  readonly loss: number;
  /** Chance that a frame arrives a second time, in [0, 1]. */
  readonly duplication: number;
  /** Chance that a frame may overtake those sent before it, in [0, 1]; 0 is a stream in order. */
  readonly reordering: number;
  /** Chance that a transfer fails though its link stays up, in [0, 1]. */
  readonly failure: number;
}

/** Latency spread evenly over `leastMs` .. `mostMs`. */
export function uniformLatency(leastMs: number, mostMs: number): LinkModel["latencyMs"] {
  return (random) => leastMs + (mostMs - leastMs) * random.uniform();
}

/** Latency with a long tail: `medianMs` times the exponential of a normal number of deviation `sigma`. */
export function logNormalLatency(medianMs: number, sigma: number): LinkModel["latencyMs"] {
  return (random) => medianMs * Math.exp(sigma * random.normal());
}

/** A link of 1 to 21 ms without losses. Each frame arrives independently of the others. */
export const PLAIN_LINK: LinkModel = {
  latencyMs: uniformLatency(1, 21),
  bytesPerMs: Number.POSITIVE_INFINITY,
  loss: 0,
  duplication: 0,
  reordering: 1,
  failure: 0,
};

/** Draws whether an event of that chance happens. It draws nothing if the outcome is certain. */
export function happens(random: Random, chance: number): boolean {
  return chance >= 1 || (chance > 0 && random.uniform() < chance);
}
