import type {Experiment, MetricName} from "../../config/index.ts";
import type {Stall} from "../engine/network-outcome.ts";

/** How a method's training ended. */
export interface Ending {
  /**
   * Diverged: it came to values that are no numbers. Stalled: its nodes decided nothing any more. Of both there is no
   * model, and no figure.
   */
  readonly status: "finished" | "diverged" | "stalled";
  /** Round, from 1, in which it diverged; null where it did not, and of methods that have no rounds. */
  readonly divergedAt: number | null;
  /** When, in rounds from 1, and why it stalled; null where it did not. */
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
  /** Null where it is undefined, such as an AUROC of one class, and where training diverged or stalled. */
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
  /** From 1. */
  readonly round: number;
  /** Virtual seconds since the beginning. */
  readonly seconds: number;
  /** Bytes of parameters sent by all nodes together so far, the set-up included. */
  readonly bytes: number;
  readonly absent: readonly string[];
  readonly consensusDistance: number;
  /**
   * The experiment's first metric on all nodes' patients of the part `on` together, each scored by its own node's model:
   * one figure of the pooled scores, no mean of the nodes' figures. Null where it is undefined.
   */
  readonly value: number | null;
  readonly on: MonitoredPart;
}

/** The part of the patients that methods are watched on while they learn: train patients where no site has others. */
export type MonitoredPart = "train" | "validation";

/** What a method's training took, at one point and seed. */
export interface WorkRow {
  readonly point: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly method: string;
  /**
   * Whose model judges a site's patients: the one that all share, or each site's own. With `own` the AUROC, AUPRC and
   * C-index of the pooled test also rank patients of different sites, by scores of different models. Null where it
   * diverged or stalled.
   */
  readonly models: "one" | "own" | null;
  readonly learningRate: number;
  /** Local steps of all its sites together. */
  readonly steps: number;
  /** Examples seen for each train example that its sites have: equal for all methods of a trial but for rounding. */
  readonly passes: number;
  /**
   * Bytes that all nodes together sent before the first round, for the features' common scaling, and in the rounds; null
   * of a method that moves patients and no parameters.
   */
  readonly setupBytes: number | null;
  readonly roundBytes: number | null;
  /** The first metric at the end, as {@link RoundRow.value} has it: what settings may be chosen by. */
  readonly value: number | null;
  readonly on: MonitoredPart;
}

/**
 * What a comparison has shown: better, all of the interval is on the better side of 0; non-inferior, all of it is on the
 * better side of the margin; inferior, all of it is beyond the margin on the other side; not-shown, none of these;
 * no-comparison, the network or the baseline diverged or stalled at a seed, so that there is nothing to compare.
 */
export type ComparisonOutcome = "better" | "non-inferior" | "not-shown" | "inferior" | "no-comparison";

/** How the network does beside a baseline, at one point of the sweep. */
export interface MethodComparison {
  readonly point: Readonly<Record<string, unknown>>;
  readonly baseline: string;
  readonly test: string;
  readonly metric: MetricName;
  readonly outcome: ComparisonOutcome;
  /** Mean over seeds of the network's figure less the baseline's; null where there is no comparison. */
  readonly difference: number | null;
  /** 95 % interval, within what a difference can be; null with `difference`. */
  readonly low: number | null;
  readonly high: number | null;
  /** What was resampled: of one seed the patients alone, so that the interval speaks of these trained models only. */
  readonly covers: "patients" | "patients-and-seeds";
  readonly margin: number;
  /** Whether the outcome is `better` or `non-inferior`. */
  readonly isNonInferior: boolean;
  /**
   * Two-sided p-value of DeLong's paired test of the mean over seeds, which speaks of patients only; null of other
   * metrics than the AUROC and where there is no variance.
   */
  readonly p: number | null;
  /** `p` by Holm's correction over all comparisons of the study that have one. */
  readonly pHolm: number | null;
  /** At which both have a model. */
  readonly seeds: number;
  /** Test patients at the first seed. */
  readonly n: number;
  /** Seeds at which the network has no model, since it diverged or stalled, and at which the baseline has none. */
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

/** Cost until {@link RoundRow.value} of a method reached the target, or null where it did not. */
export interface TargetRow {
  readonly point: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly method: string;
  readonly round: number | null;
  readonly seconds: number | null;
  readonly bytes: number | null;
}

/** What runs a study: versions and machine, as whoever starts it knows them. */
export interface Runtime {
  readonly consilium: string;
  /** Commit of the checkout that it ran from, with "+" behind where files were changed; null outside a checkout. */
  readonly commit: string | null;
  readonly node: string;
  /** Operating system with its version, and type of processor. */
  readonly platform: string;
  /** Model of the processor. */
  readonly processor: string;
  readonly cores: number;
}

/** What a figure was made with. */
export interface Environment extends Runtime {
  /**
   * What computed the training: a backend or, of models that use none, "loops"; several of a sweep over models joined
   * with "+". "none" where every trial was kept from an earlier run.
   */
  readonly backend: string;
  /** Version of tfjs, which the backends are of. */
  readonly tfjs: string;
  readonly engine: string;
  readonly threads: number;
}

/** All that an experiment found, as summary.json holds it and the report draws it. Plain JSON. */
export interface StudyResults {
  readonly formatVersion: 2;
  readonly name: string;
  readonly title: string;
  /** With all defaults. */
  readonly experiment: Experiment;
  readonly isSynthetic: boolean;
  readonly source: string;
  /** False while or where it was interrupted. */
  readonly isComplete: boolean;
  readonly seeds: readonly number[];
  readonly metrics: readonly MetricName[];
  readonly results: readonly ResultRow[];
  readonly rounds: readonly RoundRow[];
  readonly work: readonly WorkRow[];
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
