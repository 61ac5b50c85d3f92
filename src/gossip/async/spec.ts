import type {Random} from "../../core/index.ts";
import type {Codec} from "../../parameters/index.ts";

/** A partner in one phase of a schedule. */
export interface Neighbour {
  /** Index in the sorted view. */
  readonly node: number;
  /** W_ij of a symmetric doubly stochastic W. */
  readonly share: number;
}

/** One step of a schedule: `rows[i]` are the neighbours of node i without itself. */
export interface Phase {
  readonly rows: readonly (readonly Neighbour[])[];
}

/** How an asynchronous segment trains and mixes; from the plan. */
export interface AsyncSpec {
  /** This member's own p = n / N0, exact in binary32. */
  readonly weight: number;
  /** `swap`: pairs exchange masses and commit; `push-sum`: half a mass goes one way, through an outbox. */
  readonly exchange: "swap" | "push-sum";
  /** Phases of one period over a view of `members`, their order drawn from `random`; null: random pairs. */
  readonly phasesOf: ((members: number, random: Random) => readonly Phase[]) | null;
  /** Codec of progress and of masses between members. */
  readonly codec: Codec;
  /** How much of its progress must count, in units, before a member would end the segment. */
  readonly units: number;
  /** How long a member in doubt waits for the one that decides, in milliseconds. */
  readonly abandonMs: number;
  /** How many units' worth of progress a fast site may be ahead of the slowest; Infinity: they are not held. */
  readonly maximumLead: number;
  /** With a number f, received estimates are clipped about one's own, assuming f faulty; null: they are not. */
  readonly clipFaulty: number | null;
}
