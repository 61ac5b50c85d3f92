import type {Chunk, Mass, SentMass} from "../../parameters/index.ts";
import type {Phase} from "../../schedules/index.ts";
import type {SumWord} from "../certificate.ts";
import type {Contradiction, FrameOf} from "../frames.ts";
import type {MemberId} from "../quorum.ts";

/** The state that every kind of attempt to mix has. */
interface Attempt {
  readonly ballot: number;
  /** Number of the attempt in its ballot, from 0. */
  readonly trial: number;
  readonly leader: MemberId;
  /** Identifies the attempt: hash of the ballot, the participants and their contributions. */
  readonly group: string;
  /** In id order, which is the order of summation. */
  readonly participants: FrameOf<"start">["participants"];
  readonly startedAtMs: number;
  /** The outcome at this member. */
  result: {readonly hash: string; readonly weight: number} | null;
  /** True if a peer could not deliver: the attempt cannot end here. */
  isBroken: boolean;
  /** Number of times that this member has looked for missing words or bytes. */
  looks: number;
  /** Participants whose objection this member has heard. */
  readonly objectors: Set<MemberId>;
}

/** A member's signed word on the parts into which its contribution is cut: SHA-256 of each chunk's bytes. */
export interface PartsWord {
  readonly parts: readonly string[];
  readonly signature: Uint8Array;
}

/** An owner's signed word on the sum of a chunk. */
export interface SignedSum extends SumWord {
  readonly signature: Uint8Array;
}

/** A contributor's signed products with this member's challenge. */
export interface ProductsWord {
  readonly products: Float64Array;
  readonly signature: Uint8Array;
}

/** A member's check of the sums against the contributions that it has not seen. */
export interface SumCheck {
  /** Seed of the challenge, which nobody knows before the sums are there. */
  readonly seed: Uint8Array;
  /** `[STRIDE_VALUES]` */
  readonly coefficients: Float64Array;
  readonly products: Map<MemberId, ProductsWord>;
  /** Chunks whose sum is right. */
  readonly sound: Set<number>;
  /** All parts of the chunks whose products do not add up, by chunk and member. */
  readonly opened: Map<number, Map<MemberId, Uint8Array>>;
}

/**
 * The data against which signed words on an attempt's sums and products are checked; it outlives the attempt
 * while they may be disputed.
 */
export interface CommittedAttempt extends Pick<Attempt, "ballot" | "leader" | "group" | "participants"> {
  readonly chunks: readonly Chunk[];
  /** The signed hashes of each participant's parts. */
  readonly committed: Map<MemberId, PartsWord>;
}

/** A member's signed word on its sum or its products, which is a lie if the parts contradict it. */
export type DisputedWord = Extract<Contradiction, {kind: "sum" | "products"}>;

/**
 * One member's claim that another lied in an attempt, until this member has checked it against the parts
 * itself.
 */
export interface Dispute {
  readonly accuser: MemberId;
  readonly member: MemberId;
  readonly claims: DisputedWord;
  readonly attempt: CommittedAttempt;
  /** True if the parts have been requested. */
  isGathering: boolean;
  /** Parts of a sum's chunk, by member. */
  readonly parts: Map<MemberId, Uint8Array>;
  /** Chunks whose parts have the claimed products. */
  readonly sound: Set<number>;
}

/** One group of all: every chunk is summed by one member, and all take its bytes after checking them. */
export interface ButterflyExchange extends Attempt, CommittedAttempt {
  readonly kind: "butterfly";
  /** Parts of the chunks this member owns, by chunk and member. */
  readonly parts: readonly Map<MemberId, Uint8Array>[];
  /** This member's signed words on the sums that it made, by chunk. */
  readonly owned: Map<number, SignedSum>;
  /** All owners' signed words on their sums, by chunk. */
  readonly words: Map<number, SignedSum>;
  readonly sums: Map<number, Uint8Array>;
  /** Null until all sums are there. */
  check: SumCheck | null;
  /** This member's answers to the others' challenges. */
  readonly answers: Map<MemberId, Omit<FrameOf<"products">, "run" | "round">>;
  /** The members for which owners say they are waiting themselves. */
  readonly waiting: Map<MemberId, readonly MemberId[]>;
  /** Owners to which this member has sent all words on parts, because they summed other parts. */
  readonly told: Set<MemberId>;
}

/** A schedule's phases, one after the other: each member mixes its mass with its neighbours' of the phase. */
export interface PhasedExchange extends Attempt {
  readonly kind: "phases";
  /** By place among the participants. */
  readonly phases: readonly Phase[];
  /** The phase under way; the number of phases when all have ended. */
  phase: number;
  /** Its own mass, starting from its contribution; each phase changes the values in place. */
  mass: Mass;
  /** The mass that this member sent in the phase under way; null if nobody hears it. */
  own: SentMass | null;
  /** Hashes of the masses that this member published, by phase. */
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
