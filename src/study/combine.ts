import type {Experiment} from "../config/index.ts";
import type {Cohort} from "../simulation/index.ts";
import {METRIC_FACTS, mainMetric} from "./outputs/metric-facts.ts";
import type {Environment, MethodComparison, SiteRow, StudyResults, TargetRow} from "./results.ts";
import {topologyOf} from "./topology.ts";
import type {TrialResult} from "./trial-result.ts";

/** The data and the environment of an experiment's trials. */
export interface StudyFacts {
  readonly experiment: Experiment;
  /** Cohort of the first trial. Sizes of sites are those of its seed. */
  readonly cohort: Cohort;
  readonly environment: Environment;
}

function siteRows({sites, external, kind}: Cohort): SiteRow[] {
  const rowOf = (role: SiteRow["role"], {name, split}: Cohort["sites"][number]): SiteRow => {
    const {train, validation, test} = split.counts;
    const patients = train.patients + validation.patients + test.patients;
    const positives = train.positivePatients + validation.positivePatients + test.positivePatients;
    const prevalence = kind === "classes" || patients === 0 ? null : positives / patients;
    return {
      name,
      role,
      train: train.patients,
      validation: validation.patients,
      test: test.patients,
      prevalence,
    };
  };
  return [...sites.map((site) => rowOf("trainer", site)), ...external.map((site) => rowOf("external", site))];
}

/** Finds when each method with rounds first reached the target. */
function targetRows(experiment: Experiment, {point, seed, rounds}: TrialResult): TargetRow[] {
  const {target} = experiment;
  if (target === "none") return [];
  const sign = METRIC_FACTS[mainMetric(experiment)].better === "lower" ? -1 : 1;
  return [...new Set(rounds.map(({method}) => method))].map((method) => {
    const own = rounds.filter((row) => row.method === method);
    const reached = own.find(({value}) => value !== null && sign * (value - target) >= 0);
    const {round = null, seconds = null, bytes = null} = reached ?? {};
    return {point, seed, method, round, seconds, bytes};
  });
}

/** The results of a study's trials so far. */
export interface StudySoFar {
  readonly trials: readonly TrialResult[];
  readonly comparisons: readonly MethodComparison[];
  /** True if no trial is missing. */
  readonly isComplete: boolean;
}

/** Combines all results of the trials, in the form of summary.json. */
export function combine(facts: StudyFacts, {trials, comparisons, isComplete}: StudySoFar): StudyResults {
  const {experiment, cohort, environment} = facts;
  const {name, title, metrics} = experiment;
  return {
    formatVersion: 2,
    name,
    title,
    experiment,
    isSynthetic: cohort.isSynthetic,
    source: cohort.source,
    isComplete,
    seeds: [...new Set(trials.map(({seed}) => seed))],
    metrics,
    results: trials.flatMap(({results}) => results),
    rounds: trials.flatMap(({rounds}) => rounds),
    work: trials.flatMap(({work}) => work),
    comparisons,
    targets: trials.flatMap((trial) => targetRows(experiment, trial)),
    sites: siteRows(cohort),
    topology: topologyOf(experiment.plan.mixing, cohort.sites.length),
    states: trials.map(({point, seed, stateHash}) => ({point, seed, sha256: stateHash})),
    environment,
  };
}
