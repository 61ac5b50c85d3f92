import type {Plan} from "../consortium/index.ts";
import type {Logger} from "../core/index.ts";
import type {Metrics} from "../evaluation/index.ts";
import type {Certificate, MemberId} from "../gossip/index.ts";
import type {RunStorage} from "../storage/index.ts";
import type {Validation} from "./evaluation.ts";
import type {TestQuestion} from "./final-result.ts";
import type {SiteLine} from "./records.ts";
import type {RoundShares} from "./round-shares.ts";
import type {RoundWork} from "./round-work.ts";
import type {RunChronicle} from "./run-chronicle.ts";
import type {Site} from "./site.ts";
import type {Stages} from "./stages.ts";

/** The end of a run at this site. */
export interface RunOutcome {
  readonly certificate: Certificate;
  /** The final model on this site's test patients; null where that is withheld, or there are none. */
  readonly test: Metrics | null;
}

/** Which figures may not be shown at this site: a class is too small, and the plan does not declare the data public. */
export interface Withheld {
  readonly loss: boolean;
  readonly validation: boolean;
  readonly test: boolean;
}

/** Where a run stands at this site. */
export interface RunProgress {
  readonly activity: RunChronicle["activity"];
  readonly loss: number | null;
  readonly validation: Validation | null;
  /** The newest ones, oldest first. */
  readonly certificates: readonly Certificate[];
  /** See {@link RoundShare}. */
  readonly shares: RoundShares;
  readonly withheld: Withheld;
  /** Members that the last report of the protocol waits for. */
  readonly waitingFor: readonly MemberId[];
  /** See `NodeView`. */
  readonly consensusDistance: number | null;
  readonly outcome: RunOutcome | null;
}

/** What a run is made of. */
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
  /** For which model and patients the test was opened; null: it was not yet. */
  readonly testOpened: TestQuestion | null;
  /** What the journal says of the states that the site keeps for itself. */
  readonly siteLines: readonly SiteLine[];
  /** Is told what happens. */
  readonly chronicle: RunChronicle;
  onFatal(error: unknown): void;
}
