import type {PatientMatrix} from "../../data/index.ts";
import {siteStandardiser} from "../../participant/index.ts";
import type {Trial} from "../../simulation/index.ts";
import {type HeldModel, modelAt} from "../method.ts";
import {mainMetric} from "../outputs/metric-facts.ts";
import type {MonitoredPart} from "../results.ts";
import {figureOf} from "./figures.ts";
import {columnsOf, testPatients, withScores} from "./scored-group.ts";
import type {Scorer} from "./scoring.ts";

/**
 * Largest number of watched nodes. If there are more, this many evenly chosen ones are watched after each
 * round.
 */
const MOST_WATCHED = 32;

/** The first metric during learning. */
export interface Monitor {
  /** Validation patients or, if no site has any, train patients. */
  readonly on: MonitoredPart;
  /**
   * Returns the figure of all watched nodes' patients together, each scored by its own node's model.
   * @param models one that all share, or each node's own
   * @returns null if the metric is undefined, as for scores that are not finite
   */
  valueOf(models: readonly HeldModel[]): Promise<number | null>;
}

/**
 * Creates a {@link Monitor} of a trial. It never uses test patients, so settings may be chosen by its
 * figures.
 */
export function createMonitor(trial: Trial, scorer: Scorer): Monitor {
  const {cohort, plan, experiment} = trial;
  const {sites, features, kind} = cohort;
  const on = sites.some(({split}) => split.validation.n > 0) ? "validation" : "train";
  const stride = Math.max(1, Math.ceil(sites.length / MOST_WATCHED));
  const watched = sites.flatMap((site, place) => {
    const rows: PatientMatrix = site.split[on];
    if (place % stride > 0 || rows.n === 0) return [];
    const scaling = siteStandardiser(plan.task.standardisation, {split: site.split, features});
    return [{place, rows, patients: testPatients(rows), scaling}];
  });
  const metric = mainMetric(experiment);
  return {
    on,
    async valueOf(models) {
      const scores = await Promise.all(
        watched.map(async ({place, rows, patients, scaling}) => {
          const model = modelAt(models, place);
          return withScores(patients, await scorer.scoresOf(model, rows, model.standardiser ?? scaling));
        }),
      );
      const all = scores.flat();
      if (!all.every(({score}) => Number.isFinite(score))) return null;
      return figureOf(metric, kind, columnsOf(all));
    },
  };
}
