import type {MetricName} from "../../config/index.ts";

/** How a method's training ended. */
export interface Ending {
  /** Diverged: it came to values that are no numbers, so that there is no model, and no figure. */
  readonly status: "finished" | "diverged";
  /** Round, from 0, in which it diverged; null where it did not, and of methods that have no rounds. */
  readonly divergedAt: number | null;
}

/** A line of results.csv: one model on one group of test patients, by one metric. */
export interface ResultRow extends Ending {
  /** Swept keys with their values. */
  readonly point: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Gossip, FedAvg, FedProx, Swarm (HPE), Ring, Pooled Training, or Local and a site. */
  readonly method: string;
  /** A site, "Pooled Test", or "External" and a site. */
  readonly test: string;
  readonly metric: MetricName;
  /** Null where it is undefined, such as an AUROC of one class, and where training diverged. */
  readonly value: number | null;
  /** 95 % interval over patients; null where there is none. */
  readonly low: number | null;
  readonly high: number | null;
  /** Test patients. */
  readonly n: number;
}

/** A line of rounds.csv. */
export interface RoundRow {
  readonly point: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly method: string;
  readonly round: number;
  /** Virtual seconds since the beginning. */
  readonly seconds: number;
  /** Bytes of parameters sent by all nodes together so far. */
  readonly bytes: number;
  readonly absent: readonly string[];
  readonly consensusDistance: number;
  /** The experiment's first metric on the pooled validation patients or, without any, on the train patients; mean over nodes. */
  readonly value: number | null;
}

/** How the network does beside a baseline, at one point of the sweep. */
export interface MethodComparison {
  readonly point: Readonly<Record<string, unknown>>;
  readonly baseline: string;
  readonly test: string;
  readonly metric: MetricName;
  /** Mean over seeds of the network's figure less the baseline's; null where there is no seed at which both have one. */
  readonly difference: number | null;
  /** 95 % interval with patients and seeds resampled. */
  readonly low: number | null;
  readonly high: number | null;
  readonly margin: number;
  /**
   * Whether the interval lies above -margin (of a metric that is better when lower: below it) and the network diverged
   * at no seed; where the baseline alone diverged at all seeds, it is so without an interval.
   */
  readonly isNonInferior: boolean;
  /** At which both have a model. */
  readonly seeds: number;
  readonly n: number;
  /** Seeds at which the network diverged, and at which the baseline did. */
  readonly divergedSeeds: number;
  readonly baselineDivergedSeeds: number;
}

/** A node of the experiment, as the report's table of sites has it. */
export interface SiteRow {
  readonly name: string;
  readonly role: "trainer" | "external";
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  /** Share of class 1 or of events among its patients; null where there are more classes. */
  readonly prevalence: number | null;
}

/** Cost until the network's mean over nodes reached the target, or null where it did not. */
export interface TargetRow {
  readonly point: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly method: string;
  readonly round: number | null;
  readonly seconds: number | null;
  readonly bytes: number | null;
}

/** Versions and machine: what a figure was made with. */
export interface Environment {
  readonly consilium: string;
  readonly node: string;
  readonly platform: string;
  readonly backend: string;
  readonly engine: string;
  readonly threads: number;
}

/** All that an experiment found, as summary.json holds it and the report draws it. Plain JSON. */
export interface StudyResults {
  readonly formatVersion: 1;
  readonly name: string;
  readonly title: string;
  readonly isSynthetic: boolean;
  readonly source: string;
  /** False while or where it was interrupted. */
  readonly isComplete: boolean;
  readonly seeds: readonly number[];
  readonly metrics: readonly MetricName[];
  readonly results: readonly ResultRow[];
  readonly rounds: readonly RoundRow[];
  readonly comparisons: readonly MethodComparison[];
  readonly targets: readonly TargetRow[];
  readonly sites: readonly SiteRow[];
  /** Pairs of places among the sites, and how strongly they mix in a round; of one group of all, empty. */
  readonly topology: {readonly name: string; readonly edges: readonly (readonly [number, number, number])[]};
  /** SHA-256 of the final state by point and seed. */
  readonly states: readonly {
    readonly point: Readonly<Record<string, unknown>>;
    readonly seed: number;
    readonly sha256: string;
  }[];
  readonly environment: Environment;
}
