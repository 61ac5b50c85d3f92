import type {Plan} from "../consortium/index.ts";
import type {Logger} from "../core/index.ts";
import type {Metrics} from "../evaluation/index.ts";
import type {Participant, Stages} from "../participant/index.ts";
import type {Certificate, MemberId} from "../rounds/index.ts";
import type {RunStorage} from "../storage/index.ts";
import type {Validation} from "./results/evaluation.ts";
import type {TestQuestion} from "./results/final-result.ts";
import type {RoundWork} from "./site/round-work.ts";
import type {Site} from "./site/site.ts";
import type {RoundShares} from "./watch/round-shares.ts";
import type {RunChronicle} from "./watch/run-chronicle.ts";

/** The end of a run at this site. */
export interface RunOutcome {
  readonly certificate: Certificate;
  /**
   * The results of the final model on this site's test patients; null if they are withheld, or if there are
   * none.
   */
  readonly test: Metrics | null;
}

/**
 * The figures that may not be shown at this site: a class is too small, and the plan does not declare the
 * data public.
 */
export interface Withheld {
  readonly loss: boolean;
  readonly validation: boolean;
  readonly test: boolean;
}

/** The position of a run at this site. */
export interface RunProgress {
  readonly activity: RunChronicle["activity"];
  readonly loss: number | null;
  readonly validation: Validation | null;
  /** The newest ones, oldest first. */
  readonly certificates: readonly Certificate[];
  /** See {@link RoundShare}. */
  readonly shares: RoundShares;
  readonly withheld: Withheld;
  /** Members for which the last report of the protocol waits. */
  readonly waitingFor: readonly MemberId[];
  /** See `NodeView`. */
  readonly consensusDistance: number | null;
  readonly outcome: RunOutcome | null;
}

/** The parts of a run. */
export interface RunOptions {
  readonly self: MemberId;
  /** Members that train and vote. */
  readonly members: readonly MemberId[];
  readonly plan: Plan;
  readonly site: Site;
  readonly stages: Stages;
  readonly storage: RunStorage;
  readonly work: RoundWork;
  readonly logger: Logger;
  readonly certificates: readonly Certificate[];
  /** The model and patients for which the test was opened; null: not yet. */
  readonly testOpened: TestQuestion | null;
  /** The site's own half of the rounds, as it stood when the daemon stopped. */
  readonly participant: Participant;
  /** Hears of the run's events. */
  readonly chronicle: RunChronicle;
  onFatal(error: unknown): void;
}
