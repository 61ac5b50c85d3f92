import type {Chunk} from "../parameters/index.ts";
import type {FrameOf} from "./frames.ts";
import type {MemberId} from "./quorum.ts";

/** One attempt of a group to mix: the chunked butterfly (reduce-scatter, then all-gather). */
export interface Exchange {
  readonly ballot: number;
  readonly leader: MemberId;
  /** Identifies the attempt: hash of the ballot, the participants and their contributions. */
  readonly group: string;
  /** In id order, which is the order of summation. */
  readonly participants: FrameOf<"start">["participants"];
  readonly chunks: readonly Chunk[];
  readonly startedAtMs: number;
  /** Parts of the chunks this member owns, by chunk and member. */
  readonly parts: readonly Map<MemberId, Uint8Array>[];
  readonly sums: Map<number, Uint8Array>;
  /** Hashes of the sums this member computed. */
  readonly owned: Map<number, string>;
  /** The assembled result. */
  result: {readonly hash: string; readonly weight: number} | null;
  /** A peer could not deliver: the attempt cannot end here. */
  isBroken: boolean;
}
