import type {Chunk, Mass, SentMass} from "../parameters/index.ts";
import type {FrameOf} from "./frames.ts";
import type {MemberId} from "./quorum.ts";
import type {Phase} from "./schedules/phase.ts";

/** What every kind of attempt to mix knows. */
interface Attempt {
  readonly ballot: number;
  readonly leader: MemberId;
  /** Identifies the attempt: hash of the ballot, the participants and their contributions. */
  readonly group: string;
  /** In id order, which is the order of summation. */
  readonly participants: FrameOf<"start">["participants"];
  readonly startedAtMs: number;
  /** What it ended in at this member. */
  result: {readonly hash: string; readonly weight: number} | null;
  /** A peer could not deliver: the attempt cannot end here. */
  isBroken: boolean;
}

/** One group of all: every chunk is summed by one member, and all take its bytes. */
export interface ButterflyExchange extends Attempt {
  readonly kind: "butterfly";
  readonly chunks: readonly Chunk[];
  /** Parts of the chunks this member owns, by chunk and member. */
  readonly parts: readonly Map<MemberId, Uint8Array>[];
  readonly sums: Map<number, Uint8Array>;
  /** Hashes of the sums this member computed. */
  readonly owned: Map<number, string>;
}

/** A schedule's phases, one after the other: each member mixes its mass with its neighbours' of the phase. */
export interface PhasedExchange extends Attempt {
  readonly kind: "phases";
  /** By place among the participants. */
  readonly phases: readonly Phase[];
  /** The phase under way; their number when all have ended. */
  phase: number;
  /** Its own, from its contribution on: each phase changes its values where they are. */
  mass: Mass;
  /** What this member sent in the phase under way; null when nobody hears it. */
  own: SentMass | null;
  /** Hashes of the masses this member published, by phase. */
  readonly sent: Map<number, string>;
  /** Hashes that neighbours announced, by phase and member; they may be ahead. */
  readonly announced: Map<string, string>;
  /** Masses of the phase under way. */
  readonly received: Map<MemberId, SentMass>;
}

/** Every member takes in every contribution whole and applies the same robust rule. */
export interface RobustExchange extends Attempt {
  readonly kind: "robust";
  readonly contributions: Map<MemberId, Uint8Array>;
}

/** One attempt of a group to mix. */
export type Exchange = ButterflyExchange | PhasedExchange | RobustExchange;
