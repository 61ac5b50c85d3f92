import type {Codec, Mixture, OuterOptimizer, Snapshot, ValueRange} from "../parameters/index.ts";
import type {RobustRule} from "../robust/index.ts";
import type {ScheduleSpec} from "../schedules/index.ts";
import type {Primitives} from "./certificate.ts";
import type {DeadlineLimits} from "./deadline.ts";
import type {Certificate, CertificateBody, Contradiction, Frame, Lock} from "./frames.ts";
import type {MemberId, QuorumRule} from "./quorum.ts";
import type {AsyncSpec} from "./segment-spec.ts";

/** An encoded, released update of this member, named by the SHA-256 of its bytes. */
export interface Contribution {
  readonly hash: string;
  readonly bytes: Uint8Array;
}

/** Bytes on a disk, named by their SHA-256. */
export type Blob = Contribution;

/** A member's position in an asynchronous segment; `state` names the blobs. */
export interface AsyncRecord {
  readonly kind: "async";
  readonly round: number;
  readonly state: Uint8Array;
  readonly blobs: readonly Blob[];
}

/** A record that must be on disk before the protocol goes on; the last one of a kind and round counts. */
export type DurableRecord =
  | {readonly kind: "contribution"; readonly round: number; readonly contribution: Contribution}
  | {
      readonly kind: "ballot";
      readonly round: number;
      readonly accepted: Accepted | null;
      /** The highest lock it knows, which proves its later proposals and acceptances. */
      readonly lock: Lock | null;
      /** The last ballot in which it voted to commit; -1 before. */
      readonly committedIn: number;
      /** The result voted for, to be on disk before this record. */
      readonly snapshot: Snapshot;
    }
  | AsyncRecord
  | {readonly kind: "certificate"; readonly certificate: Certificate; readonly snapshot: Snapshot};

/** The last vote to accept that this member gave. */
export interface Accepted {
  readonly ballot: number;
  readonly body: CertificateBody;
}

/** Something that a person or a later audit should know; never fatal. */
export type Report =
  /** Too few members are reachable or ready; `missing` are waited for. */
  | {readonly kind: "waiting"; readonly round: number; readonly missing: readonly MemberId[]}
  /** The round was mixed without this member's contribution. */
  | {readonly kind: "left-out"; readonly round: number}
  | {readonly kind: "took-over"; readonly round: number; readonly ballot: number}
  /**
   * `by` could not fetch a member's bytes, or says that they are malformed: the two do not take part
   * together.
   */
  | {
      readonly kind: "objection";
      readonly round: number;
      readonly member: MemberId;
      readonly by: MemberId;
      readonly reason: string;
    }
  /** A proposal that this member cannot vote for. */
  | {
      readonly kind: "proposal-refused";
      readonly round: number;
      readonly member: MemberId;
      readonly reason: string;
    }
  /**
   * Reports that a member may or may not have applied an exchange of `weight` and does not answer. It was not
   * applied here, so up to that much mass is lost or doubled.
   */
  | {
      readonly kind: "mass-undetermined";
      readonly round: number;
      readonly member: MemberId;
      readonly weight: number;
    }
  /** A member sees other members than this one does; until that has ended they pair at random. */
  | {readonly kind: "views-differ"; readonly round: number; readonly member: MemberId}
  /** After a partition this member, on the lighter side, took over `member`'s model instead of mixing. */
  | {readonly kind: "lineage-adopted"; readonly round: number; readonly member: MemberId}
  /**
   * This member came when the others were well under way, and began at the median of the models of `members`.
   */
  | {readonly kind: "joined-late"; readonly round: number; readonly members: readonly MemberId[]}
  /** A robust rule's treatment of contributions that it did not take unchanged. */
  | {
      readonly kind: "verdicts";
      readonly round: number;
      readonly verdicts: readonly {
        readonly member: MemberId;
        readonly verdict: string;
        readonly reason: string;
      }[];
    }
  /** Proof that a member signed two words of which one is a lie; anyone can check it. */
  | {
      readonly kind: "equivocation";
      readonly round: number;
      readonly member: MemberId;
      readonly claims: Contradiction;
    }
  /**
   * Two quorums decided a round differently; `culprits` voted for both in one ballot. The run cannot go on.
   */
  | {
      readonly kind: "fork";
      readonly round: number;
      readonly culprits: readonly MemberId[];
      readonly certificates: readonly [Certificate, Certificate];
    };

/** Names of the timers of a round; arming one again replaces it. */
export type TimerName = "deadline" | "exchange" | "patience" | "catch-up" | "async";

/** Actions that the caller must take for the protocol, in the order given. */
export type Effect =
  | {readonly type: "send"; readonly to: MemberId; readonly frame: Frame}
  | {
      readonly type: "fetch";
      readonly id: number;
      readonly from: MemberId;
      readonly hash: string;
      readonly offset: number;
      readonly length: number;
      /** Size of the whole blob in bytes; bytes of a blob of another size are not the requested ones. */
      readonly total: number;
    }
  | {readonly type: "cancel"; readonly id: number}
  | {readonly type: "publish-contribution"; readonly contribution: Contribution}
  | {readonly type: "publish-mixture"; readonly mixture: Mixture}
  | {readonly type: "publish-snapshot"; readonly snapshot: Snapshot}
  | {readonly type: "withdraw"; readonly hash: string}
  | {readonly type: "persist"; readonly id: number; readonly record: DurableRecord}
  | {readonly type: "arm"; readonly timer: TimerName; readonly afterMs: number}
  | {readonly type: "disarm"; readonly timer: TimerName}
  /** Train a unit from `start`, `[mixed]`, owned by the receiver; a unit still under way is given up. */
  | {readonly type: "work"; readonly round: number; readonly unit: number; readonly start: Float32Array}
  | {readonly type: "report"; readonly report: Report}
  /** A round is decided and on disk; `hasJumped` if rounds before it were missed. */
  | {
      readonly type: "certified";
      readonly certificate: Certificate;
      readonly snapshot: Snapshot;
      readonly hasJumped: boolean;
    };

/** An event outside. */
export type Event =
  | {readonly type: "contribute"; readonly round: number; readonly contribution: Contribution}
  /** Local work may begin, for an asynchronous segment. */
  | {readonly type: "begin"; readonly round: number}
  /** A unit of an asynchronous segment is done: the encoded, clipped p (x - start). */
  | {
      readonly type: "progress";
      readonly round: number;
      readonly unit: number;
      readonly contribution: Contribution;
    }
  | {readonly type: "frame"; readonly from: MemberId; readonly frame: Frame}
  | {readonly type: "link-up"; readonly peer: MemberId}
  | {readonly type: "link-down"; readonly peer: MemberId}
  | {readonly type: "fetched"; readonly id: number; readonly bytes: Uint8Array}
  | {readonly type: "fetch-failed"; readonly id: number}
  | {readonly type: "persisted"; readonly id: number}
  | {readonly type: "timer"; readonly timer: TimerName};

/** The way in which a round's contributions become one result. */
export type RoundMixing =
  /** One group of all: everyone takes the bytes that a chunk's owner summed. */
  | {readonly kind: "all"}
  /** A schedule's phases; the leader's result is the round's. */
  | {readonly kind: "schedule"; readonly schedule: ScheduleSpec}
  /** Everyone takes in everyone's contribution and applies the rule. */
  | {readonly kind: "robust"; readonly rule: RobustRule};

/** The input of one round's mixing. */
export interface RoundSpec {
  readonly mixing: RoundMixing;
  readonly codec: Codec;
  readonly layout: Uint8Array;
  /** `[m]`, the common snapshot's values before the round; not changed. */
  readonly reference: Float32Array;
  /** Number of leading values that are mixed; the others are carried along. */
  readonly mixed: number;
  /**
   * Number of exact values behind a contribution's values: with 2 the first is p a, and its values are
   * divided by a; default 1.
   */
  readonly exact?: 1 | 2;
  /** Number of mixed values that are parameters, which come first; default: all. */
  readonly parameters?: number;
  /**
   * Step applied to the mean of the parameters, whose velocity lies behind the mixed values. Null: the mean
   * is the result.
   */
  readonly outer: OuterOptimizer | null;
  /**
   * The largest p that the plan gives a site; default: 1. In the masses of a segment weights accumulate, up
   * to all members'.
   */
  readonly maximumWeight?: number;
  /** Range of the mixed values of each contribution; with codec f32 only. If absent: any number. */
  readonly range?: ValueRange;
  /**
   * Largest L2 norm of a contribution's mixed values divided by its weight, the plan's clip; if absent: any, as in
   * a round that mixes masses.
   */
  readonly clipNorm?: number;
  /** An asynchronous segment makes the contributions of this round, whose codec is then f32. */
  readonly asynchronous?: AsyncSpec;
}

/** Sizes and meaning of a round's result, known without the rounds before it. */
export interface RoundShape {
  readonly layout: Uint8Array;
  /** Number of values of the result. */
  readonly values: number;
}

/** The newest certificate and its result. */
export interface Certified {
  readonly certificate: Certificate;
  readonly snapshot: Snapshot;
}

/** This member's record of its round when it stopped. */
export interface RestoredRound {
  readonly contribution: Contribution | null;
  readonly accepted: Accepted | null;
  readonly lock: Lock | null;
  /** The last ballot in which it voted to commit; -1 before. */
  readonly committedIn: number;
  /** The results for which it voted. */
  readonly held: readonly Snapshot[];
  /** Its position in the round's asynchronous segment. */
  readonly segment: AsyncRecord | null;
}

/** The state from which a session resumes. */
export interface Restored {
  readonly certified: Certified | null;
  readonly round: RestoredRound | null;
  /** The newest certificates, oldest first, with that of `certified`. */
  readonly recent: readonly Certificate[];
  /** Members of which this one holds a proof that they contradicted themselves in the run. */
  readonly equivocators: readonly MemberId[];
}

/** The start rule of a plan: the conditions for the first round. */
export interface StartRule {
  readonly members: number;
  /** Least sum of p_i. */
  readonly weight: number;
  readonly waitMs: number;
}

/** One member's part in one run. */
export interface SessionSetup {
  readonly self: MemberId;
  readonly run: string;
  /** Hash of the roster. */
  readonly roster: string;
  /** Members that train and vote, sorted. */
  readonly members: readonly MemberId[];
  readonly rounds: number;
  readonly quorum: QuorumRule;
  readonly start: StartRule;
  /** Share of the peak weight that every round needs. */
  readonly weightShare: number;
  readonly limits: DeadlineLimits;
  readonly primitives: Primitives;
  /** The spec of `round`, given the certified round before it. */
  specOf(round: number, previous: Certified | null): RoundSpec;
  shapeOf(round: number): RoundShape;
  readonly restored: Restored;
}
