import {joinMatrices, type PatientMatrix, type Standardiser, standardise} from "../../data/index.ts";
import {ownStandardiser, patientLabels, siteStandardiser} from "../../node/index.ts";
import type {Trainer} from "../../training/index.ts";
import type {SiteData} from "../baselines/site-data.ts";
import type {HeldModel} from "./method.ts";
import type {Trial} from "./trial.ts";

/** One label and one score a patient, in an order that is the same for all methods. */
export interface ScoredGroup {
  /** A site, "Pooled Test", or "External" and a site. */
  readonly test: string;
  /** `[n]`: the class; of survival, 1 where the event was seen. */
  readonly labels: readonly number[];
  /** `[n]`: the probability of class 1; of more classes, the class; of survival, the risk. */
  readonly scores: readonly number[];
  /** `[n]`, of survival alone. */
  readonly times?: readonly number[];
}

/** What patients of one site are scaled by where the model carries no scaling. */
function scalingOf({plan, cohort}: Trial, site: SiteData): Standardiser {
  return siteStandardiser(plan.task.standardisation, {split: site.split, features: cohort.features});
}

/** What all sites' patients together are scaled by where the model carries no scaling: as FLamby does. */
function pooledScaling({plan, cohort}: Trial): Standardiser {
  const {features, sites} = cohort;
  if (plan.task.standardisation === "none") {
    const [first] = sites;
    if (first !== undefined) return siteStandardiser("none", {split: first.split, features});
  }
  return ownStandardiser(joinMatrices(sites.map(({split}) => split.train)), features);
}

/** Scores test patients with models, over a trainer that has no rows of its own. */
export class Scorer {
  readonly #trial: Trial;
  readonly #trainer: Trainer;
  readonly #pooled: {readonly rows: PatientMatrix; readonly scaling: Standardiser};

  constructor(trial: Trial, trainer: Trainer) {
    this.#trial = trial;
    this.#trainer = trainer;
    const {sites} = trial.cohort;
    this.#pooled = {rows: joinMatrices(sites.map(({split}) => split.test)), scaling: pooledScaling(trial)};
  }

  /**
   * All groups of test patients under models of one method: each site's, all together, and each external site's. Where
   * every node holds its own model, a site's patients are scored by its own, in the pooled test too, and external
   * patients by the mean of all nodes' scores.
   */
  async score(models: readonly HeldModel[]): Promise<ScoredGroup[]> {
    const [first] = models;
    if (first === undefined) return [];
    return models.length === 1 ? await this.#scoreShared(first) : await this.#scoreOwn(models);
  }

  /** Scores of `rows` `[patients]`. */
  async scoresOf({parameters}: HeldModel, rows: PatientMatrix, scaling: Standardiser): Promise<Float32Array> {
    if (rows.n === 0) return new Float32Array();
    return await this.#trainer.score({parameters, rows: standardise(rows, scaling)});
  }

  async #scoreShared(model: HeldModel): Promise<ScoredGroup[]> {
    const {cohort} = this.#trial;
    const scored = async (test: string, rows: PatientMatrix, own: Standardiser): Promise<ScoredGroup> =>
      groupOf(test, rows, await this.scoresOf(model, rows, model.standardiser ?? own));
    return await Promise.all([
      ...cohort.sites.map((site) => scored(site.name, site.split.test, scalingOf(this.#trial, site))),
      scored(POOLED_TEST, this.#pooled.rows, this.#pooled.scaling),
      ...cohort.external.map((site) =>
        scored(`External ${site.name}`, site.split.test, scalingOf(this.#trial, site)),
      ),
    ]);
  }

  async #scoreOwn(models: readonly HeldModel[]): Promise<ScoredGroup[]> {
    const {cohort} = this.#trial;
    const own = await Promise.all(
      cohort.sites.map(async (site, index) => {
        const model = modelAt(models, index);
        const scaling = model.standardiser ?? scalingOf(this.#trial, site);
        return groupOf(site.name, site.split.test, await this.scoresOf(model, site.split.test, scaling));
      }),
    );
    const external = await Promise.all(
      cohort.external.map(async (site) => {
        const {test} = site.split;
        const scaling = scalingOf(this.#trial, site);
        const scores = await Promise.all(
          models.map((model) => this.scoresOf(model, test, model.standardiser ?? scaling)),
        );
        return groupOf(`External ${site.name}`, test, meanOfScores(scores));
      }),
    );
    return [...own, together(own), ...external];
  }
}

/** Name of the group of all sites' test patients, as FLamby has it. */
export const POOLED_TEST = "Pooled Test";

function modelAt(models: readonly HeldModel[], index: number): HeldModel {
  const model = models[index];
  if (model === undefined) throw new RangeError("a node has no model");
  return model;
}

function groupOf(test: string, rows: PatientMatrix, scores: ArrayLike<number>): ScoredGroup {
  const labels = Array.from(patientLabels(rows));
  return {test, labels, scores: Array.from(scores)};
}

function together(groups: readonly ScoredGroup[]): ScoredGroup {
  return {
    test: POOLED_TEST,
    labels: groups.flatMap(({labels}) => labels),
    scores: groups.flatMap(({scores}) => scores),
  };
}

function meanOfScores(scores: readonly Float32Array[]): Float64Array {
  const [first = new Float32Array()] = scores;
  return Float64Array.from(first, (_, patient) => {
    const sum = scores.reduce((total, own) => total + (own[patient] ?? 0), 0);
    return sum / scores.length;
  });
}
