import {CodedError} from "../../core/index.ts";
import {joinMatrices, type PatientMatrix, type Standardiser, standardise} from "../../data/index.ts";
import {ownStandardiser, patientLabels, patientTimes, siteStandardiser} from "../../node/index.ts";
import type {Trainer} from "../../training/index.ts";
import type {SiteData} from "../baselines/site-data.ts";
import type {HeldModel} from "./method.ts";
import {externalTest, POOLED_TEST} from "./names.ts";
import {type PatientOrder, patientOrder} from "./patient-order.ts";
import type {Trial} from "./trial.ts";

/** One label and one score a patient, in an order that is the same for all methods. */
export interface ScoredGroup {
  /** A site, "Pooled Test", or "External" and a site. */
  readonly test: string;
  /** Whether these are one training site's patients. */
  readonly isSite: boolean;
  /** Names the patients: equal names are equal patients in the same order. */
  readonly patients: string;
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

/** Patients that models are judged on. */
interface Group {
  readonly test: string;
  readonly isSite: boolean;
  /** Raw values. */
  readonly rows: PatientMatrix;
  readonly patients: PatientOrder;
  /** What scales them where the model carries no scaling. */
  readonly scaling: Standardiser;
}

function groupOf({test, isSite, rows, scaling}: Omit<Group, "patients">): Group {
  return {test, isSite, rows, scaling, patients: patientOrder(rows)};
}

function groupsOf(trial: Trial): {
  readonly sites: Group[];
  readonly pooled: Group;
  readonly external: Group[];
} {
  const {sites, external} = trial.cohort;
  return {
    sites: sites.map((site) =>
      groupOf({test: site.name, isSite: true, rows: site.split.test, scaling: scalingOf(trial, site)}),
    ),
    pooled: groupOf({
      test: POOLED_TEST,
      isSite: false,
      rows: joinMatrices(sites.map(({split}) => split.test)),
      scaling: pooledScaling(trial),
    }),
    external: external.map((site) =>
      groupOf({
        test: externalTest(site.name),
        isSite: false,
        rows: site.split.test,
        scaling: scalingOf(trial, site),
      }),
    ),
  };
}

/** Groups of test patients as results name them, where nothing scores them. */
export type UnscoredGroup = Pick<ScoredGroup, "test" | "labels">;

/** Scores test patients with models, over a trainer whose rows it does not use. */
export class Scorer {
  readonly #trainer: Trainer;
  readonly #groups: ReturnType<typeof groupsOf>;

  constructor(trial: Trial, trainer: Trainer) {
    this.#trainer = trainer;
    this.#groups = groupsOf(trial);
  }

  /**
   * All groups of test patients under models of one method: each site's, all together, and each external site's. Where
   * every node holds its own model, a site's patients are scored by its own, in the pooled test too, and external
   * patients by the mean of all nodes' scores.
   */
  async score(models: readonly HeldModel[]): Promise<ScoredGroup[]> {
    const {sites, pooled, external} = this.#groups;
    const [first] = models;
    if (first !== undefined && models.length === 1) {
      return await Promise.all([...sites, pooled, ...external].map((group) => this.#scoreWith(first, group)));
    }
    const own = await Promise.all(
      sites.map((group, place) => this.#scoreWith(modelAt(models, place), group)),
    );
    return [
      ...own,
      scored(
        pooled,
        own.flatMap(({scores}) => scores),
      ),
      ...(await Promise.all(external.map((group) => this.#scoreByAll(models, group)))),
    ];
  }

  /** All groups of test patients, in the order of {@link Scorer.score}. */
  groups(): UnscoredGroup[] {
    const {sites, pooled, external} = this.#groups;
    return [...sites, pooled, ...external].map(({test, rows}) => ({
      test,
      labels: Array.from(patientLabels(rows)),
    }));
  }

  /** Scores of `rows` `[patients]`. */
  async scoresOf({parameters}: HeldModel, rows: PatientMatrix, scaling: Standardiser): Promise<Float32Array> {
    if (rows.n === 0) return new Float32Array();
    return await this.#trainer.score({parameters, rows: standardise(rows, scaling)});
  }

  async #scoreWith(model: HeldModel, group: Group): Promise<ScoredGroup> {
    return scored(group, await this.#scoresWith(model, group));
  }

  async #scoresWith(model: HeldModel, {rows, scaling}: Group): Promise<Float32Array> {
    return await this.scoresOf(model, rows, model.standardiser ?? scaling);
  }

  async #scoreByAll(models: readonly HeldModel[], group: Group): Promise<ScoredGroup> {
    const {rows, scaling} = group;
    const scores = await Promise.all(
      models.map((model) => this.scoresOf(model, rows, model.standardiser ?? scaling)),
    );
    return scored(group, meanOfScores(scores));
  }
}

function modelAt(models: readonly HeldModel[], place: number): HeldModel {
  const model = models[place];
  if (model === undefined) throw new CodedError("SIMULATION_UNKNOWN_MEMBER", `node ${place} has no model`);
  return model;
}

function scored({test, isSite, patients, rows}: Group, scores: ArrayLike<number>): ScoredGroup {
  const labels = patientLabels(rows);
  const times = patientTimes(rows);
  const inOrder = (values: ArrayLike<number>): number[] => patients.order.map((place) => values[place] ?? 0);
  const group = {test, isSite, patients: patients.name, labels: inOrder(labels), scores: inOrder(scores)};
  return times === null ? group : {...group, times: inOrder(times)};
}

function meanOfScores(scores: readonly Float32Array[]): Float64Array {
  const [first = new Float32Array()] = scores;
  return Float64Array.from(first, (_, patient) => {
    const sum = scores.reduce((total, own) => total + (own[patient] ?? 0), 0);
    return sum / scores.length;
  });
}
