import type {Experiment, MetricName} from "../config/index.ts";
import type {Stall} from "../simulation/index.ts";

/** The end of a method's training. */
export interface Ending {
  /**
   * Diverged: it produced values that are not finite. Stalled: its nodes made no more decisions. Neither has
   * a model or a figure.
   */
  readonly status: "finished" | "diverged" | "stalled";
  /** Round, from 1, in which it diverged; null if it did not, and for methods without rounds. */
  readonly divergedAt: number | null;
  /** Time, in rounds from 1, and reason of its stall; null if it did not stall. */
  readonly stall: Stall | null;
}

/** A line of results.csv: one model on one group of test patients, by one metric. */
export interface ResultRow extends Ending {
  /** Swept keys with their values. */
  readonly point: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Gossip, FedAvg, FedProx, Swarm (HPE), D-PSGD and a graph, Pooled Training, or Local and a site. */
  readonly method: string;
  /** A site, "Pooled Test", or "External" and a site. */
  readonly test: string;
  readonly metric: MetricName;
  /** Null if it is undefined, such as an AUROC of one class, and if training diverged or stalled. */
  readonly value: number | null;
  /** 95 % interval over patients; null if there is none. */
  readonly low: number | null;
  readonly high: number | null;
  /** Number of test patients. */
  readonly n: number;
}

/** A line of rounds.csv. */
export interface RoundRow {
  readonly point: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly method: string;
  /** Counted from 1. */
  readonly round: number;
  /** Virtual seconds since the beginning. */
  readonly seconds: number;
  /** Bytes of parameters sent by all nodes together so far, including the set-up. */
  readonly bytes: number;
  readonly absent: readonly string[];
  readonly consensusDistance: number;
  /**
   * The experiment's first metric on all nodes' patients of the part `on` together, each scored by its own
   * node's model: one figure of the pooled scores, not a mean of the nodes' figures. Null if it is undefined.
   */
  readonly value: number | null;
  readonly on: MonitoredPart;
}

/**
 * The part of the patients on which methods are watched during learning: train patients if no site has
 * others.
 */
export type MonitoredPart = "train" | "validation";

/** The work of a method's training, at one point and seed. */
export interface WorkRow {
  readonly point: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly method: string;
  /**
   * The model that judges a site's patients: the one that all share, or each site's own. With `own` the
   * AUROC, AUPRC and C-index of the pooled test also rank patients of different sites by scores of different
   * models. Null if it diverged or stalled.
   */
  readonly models: "one" | "own" | null;
  readonly learningRate: number;
  /** Number of local steps of all its sites together. */
  readonly steps: number;
  /**
   * Number of examples seen per train example of its sites. Except for rounding it is equal for all methods
   * of a trial.
   */
  readonly passes: number;
  /**
   * Bytes that all nodes together sent before the first round, for the features' common scaling, and in the
   * rounds; null for a method that moves patients and no parameters.
   */
  readonly setupBytes: number | null;
  readonly roundBytes: number | null;
  /** The first metric at the end, as in {@link RoundRow.value}. Settings may be chosen by it. */
  readonly value: number | null;
  readonly on: MonitoredPart;
}

/**
 * Outcome of a comparison. better: all of the interval is on the better side of 0. non-inferior: all of it is
 * on the better side of the margin. inferior: all of it is beyond the margin on the other side. not-shown:
 * none of these. no-comparison: the network or the baseline diverged or stalled at a seed, so there is
 * nothing to compare.
 */
export type ComparisonOutcome = "better" | "non-inferior" | "not-shown" | "inferior" | "no-comparison";

/** The network compared with a baseline, at one point of the sweep. */
export interface MethodComparison {
  readonly point: Readonly<Record<string, unknown>>;
  readonly baseline: string;
  readonly test: string;
  readonly metric: MetricName;
  readonly outcome: ComparisonOutcome;
  /** Mean over seeds of the network's figure minus the baseline's; null if there is no comparison. */
  readonly difference: number | null;
  /** 95 % interval, within the range of possible differences; null with `difference`. */
  readonly low: number | null;
  readonly high: number | null;
  /**
   * The resampled units. With one seed only patients are resampled, so the interval covers only these trained
   * models.
   */
  readonly covers: "patients" | "patients-and-seeds";
  readonly margin: number;
  /** True if the outcome is `better` or `non-inferior`. */
  readonly isNonInferior: boolean;
  /**
   * Two-sided p-value of DeLong's paired test of the mean over seeds, which covers patients only; null for
   * metrics other than the AUROC and if there is no variance.
   */
  readonly p: number | null;
  /** `p` by Holm's correction over all comparisons of the study that have one. */
  readonly pHolm: number | null;
  /** Number of seeds at which both have a model. */
  readonly seeds: number;
  /** Number of test patients at the first seed. */
  readonly n: number;
  /** Number of seeds at which the network, or the baseline, has no model because it diverged or stalled. */
  readonly divergedSeeds: number;
  readonly baselineDivergedSeeds: number;
}

/** A node of the experiment in the report's table of sites. */
export interface SiteRow {
  readonly name: string;
  readonly role: "trainer" | "external";
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  /** Share of class 1 or of events among its patients; null if there are more classes. */
  readonly prevalence: number | null;
}

/** Cost until {@link RoundRow.value} of a method reached the target, or null if it did not. */
export interface TargetRow {
  readonly point: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly method: string;
  readonly round: number | null;
  readonly seconds: number | null;
  readonly bytes: number | null;
}

/** The versions and the machine that run a study, given by the program that starts it. */
export interface Runtime {
  readonly consilium: string;
  /**
   * Commit of the checkout that it ran from, followed by "+" if files were changed; null outside a checkout.
   */
  readonly commit: string | null;
  readonly node: string;
  /** Operating system with its version, and type of processor. */
  readonly platform: string;
  /** Model of the processor. */
  readonly processor: string;
  readonly cores: number;
}

/** The environment in which a figure was made. */
export interface Environment extends Runtime {
  /**
   * The backend that computed the training, or "loops" for models without one. Several in a sweep over models
   * are joined with "+". "none" if every trial was kept from an earlier run.
   */
  readonly backend: string;
  /** Version of tfjs, to which the backends belong. */
  readonly tfjs: string;
  readonly engine: string;
  readonly threads: number;
}

/** All results of an experiment, in the form of summary.json, from which the report is drawn. Plain JSON. */
export interface StudyResults {
  readonly formatVersion: 2;
  readonly name: string;
  readonly title: string;
  /** The experiment with all defaults. */
  readonly experiment: Experiment;
  readonly isSynthetic: boolean;
  readonly source: string;
  /** False while it runs and if it was interrupted. */
  readonly isComplete: boolean;
  readonly seeds: readonly number[];
  readonly metrics: readonly MetricName[];
  readonly results: readonly ResultRow[];
  readonly rounds: readonly RoundRow[];
  readonly work: readonly WorkRow[];
  readonly comparisons: readonly MethodComparison[];
  readonly targets: readonly TargetRow[];
  readonly sites: readonly SiteRow[];
  /**
   * Pairs of places among the sites, and the share with which they mix in a round; empty for one group of
   * all.
   */
  readonly topology: {readonly name: string; readonly edges: readonly (readonly [number, number, number])[]};
  /** SHA-256 of the final state by point and seed. */
  readonly states: readonly {
    readonly point: Readonly<Record<string, unknown>>;
    readonly seed: number;
    readonly sha256: string;
  }[];
  readonly environment: Environment;
}
