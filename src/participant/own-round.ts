import type {Release} from "../privacy/index.ts";
import type {Certificate, Certified, MemberId} from "../rounds/index.ts";
import type {LocalProgress} from "./rebase.ts";
import type {SiteState, StateLine, StoredState} from "./site-state.ts";

/** A site's finished work of a round, encoded, with all that depends on its fate. */
export interface OwnWork {
  readonly round: number;
  readonly release: Release;
  /** The update before it was clipped and weighted: values minus the round's snapshot. */
  readonly update: Float32Array;
  /** The shared values of the round's snapshot; null in a round of statistics, and after a restart. */
  readonly base: Float32Array | null;
  readonly ifUsed: IfUsed;
}

/** The changes at the site once its release is used; null leaves a thing as it was. */
export interface IfUsed {
  /** The next remainder of a sparse codec. */
  readonly keptBack: Float32Array | null;
  readonly state: SiteState | null;
}

/**
 * The fate of a release under the certificates that this site has seen. It is unknown if the round's own
 * certificate was missed.
 */
export type Fate = "used" | "unused" | "unknown";

/** A work whose release peers may hold, and the state on disk that belongs to it. */
export interface Announced {
  readonly stage: "announced";
  readonly work: OwnWork;
  readonly state: StoredState | null;
}

/** The stages of a site's own half of a round, one after the other. */
export type OwnRound =
  | {readonly stage: "idle"}
  /** The site takes its local steps. */
  | {readonly stage: "working"; readonly round: number}
  /** The work is encoded. Its release waits until the site's state that belongs to it is on disk. */
  | {readonly stage: "keeping"; readonly work: OwnWork; readonly state: StoredState}
  /** The release is handed to the protocol. */
  | Announced
  | {readonly stage: "settled"; readonly round: number; readonly fate: Fate};

/** A site's own half of the rounds: all that it knows of its own contributions. Plain data. */
export interface ParticipantState {
  readonly own: OwnRound;
  /** The newest update that its round's certificate does not contain; null once a later one is handed in. */
  readonly missed: {readonly round: number; readonly update: Float32Array} | null;
  /** The remainder that a sparse codec has kept back so far; null: none. A restart loses it. */
  readonly keptBack: Float32Array | null;
  /** The site's state after its last used release; the hash is null until one is on disk. */
  readonly site: {readonly state: SiteState; readonly hash: string | null};
}

/** The facts about a site that never change. */
export interface ParticipantSetup {
  readonly self: MemberId;
  /** Tells whether a round is one of training; a later start uses only updates of such rounds. */
  isTraining(round: number): boolean;
}

/** An occurrence in a site's own half of a round. */
export type ParticipantEvent =
  /** The round after `certified` begins. */
  | {readonly type: "begin"; readonly certified: Certified | null}
  /** The local work is done and encoded. */
  | {readonly type: "done"; readonly work: OwnWork}
  /** The state under the hash is on disk. */
  | {readonly type: "written"; readonly hash: string}
  /** A round is decided. */
  | {readonly type: "certified"; readonly certificate: Certificate};

/** Everything from which a round's local work starts. */
export interface LocalTask {
  readonly certified: Certified | null;
  readonly round: number;
  /** This site's earlier work that no certificate contains. */
  readonly progress: LocalProgress | null;
  readonly keptBack: Float32Array | null;
  readonly state: SiteState;
}

/** An action that a site's own half of a round asks for; the order counts. */
export type ParticipantEffect =
  /** Do the task, then tell with `done`. */
  | {readonly type: "work"; readonly task: LocalTask}
  /** Write the bytes and the line that names them, then tell with `written`. */
  | {readonly type: "write"; readonly bytes: Uint8Array; readonly line: StateLine}
  /** Give the release to the protocol, which writes it down before a peer hears of it. */
  | {readonly type: "hand-in"; readonly round: number; readonly release: Release}
  /** Remove a state or a contribution from disk. */
  | {readonly type: "remove"; readonly hash: string};
