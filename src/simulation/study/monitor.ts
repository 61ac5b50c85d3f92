import {joinMatrices, type PatientMatrix} from "../../data/index.ts";
import {patientLabels, patientTimes, siteStandardiser} from "../../node/index.ts";
import {figureOf} from "./figures.ts";
import type {HeldModel} from "./method.ts";
import type {Scorer} from "./scoring.ts";
import type {Trial} from "./trial.ts";

/** Of more nodes than these, so many evenly chosen ones are looked at after each round. */
const MOST_WATCHED = 32;

/** The first metric while methods learn, on validation patients or, where no site has any, on train patients. */
export interface Monitor {
  /**
   * @param models one that all share, or each node's own
   * @returns null where the metric is undefined, as it is of scores that are no numbers
   */
  valueOf(models: readonly HeldModel[]): Promise<number | null>;
}

/** A {@link Monitor} of a trial. The test is never looked at: settings may be chosen by what this shows. */
export function createMonitor(trial: Trial, scorer: Scorer): Monitor {
  const {cohort, plan, experiment} = trial;
  const {sites, features, kind} = cohort;
  const hasValidation = sites.some(({split}) => split.validation.n > 0);
  const stride = Math.max(1, Math.ceil(sites.length / MOST_WATCHED));
  const watched = sites.flatMap((site, place) => {
    const rows: PatientMatrix = hasValidation ? site.split.validation : site.split.train;
    if (place % stride > 0 || rows.n === 0) return [];
    const scaling = siteStandardiser(plan.task.standardisation, {split: site.split, features});
    return [{place, rows, scaling}];
  });
  const joined = joinMatrices(watched.map(({rows}) => rows));
  const labels = Array.from(patientLabels(joined));
  const times = patientTimes(joined);
  const patients = times === null ? {labels} : {labels, times: Array.from(times)};
  const [metric] = experiment.metrics;
  return {
    async valueOf(models) {
      const scores = await Promise.all(
        watched.map(async ({place, rows, scaling}) => {
          const model = models.length === 1 ? models[0] : models[place];
          return model === undefined
            ? []
            : Array.from(await scorer.scoresOf(model, rows, model.standardiser ?? scaling));
        }),
      );
      const all = scores.flat();
      if (metric === undefined || !all.every(Number.isFinite)) return null;
      return figureOf(metric, kind, {...patients, scores: all});
    },
  };
}
