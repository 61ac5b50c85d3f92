import {at} from "../../core/index.ts";
import {type PatientMatrix, type Standardiser, standardise} from "../../data/index.ts";
import {siteStandardiser} from "../../participant/index.ts";
import type {SiteData, Trial} from "../../simulation/index.ts";
import type {Trainer} from "../../training/index.ts";
import {type HeldModel, modelAt} from "../method.ts";
import {externalTest, POOLED_TEST} from "../names.ts";
import {
  type ScoredGroup,
  type ScoredPatient,
  scoredGroup,
  type TestPatient,
  testPatients,
  withScores,
} from "./scored-group.ts";

/** One site's patients on whom models are judged. */
interface Group {
  readonly test: string;
  readonly isSite: boolean;
  /** Raw values. */
  readonly rows: PatientMatrix;
  readonly patients: readonly TestPatient[];
  /** Scaling of the rows if the model carries none. */
  readonly scaling: Standardiser;
}

/** Groups of test patients as results name them, without scores. */
export type UnscoredGroup = Pick<ScoredGroup, "test"> & {readonly n: number};

const POOLED = {test: POOLED_TEST, isSite: false} as const;

/** Scores test patients with models on a trainer, without using the trainer's own rows. */
export class Scorer {
  readonly #trainer: Trainer;
  readonly #sites: readonly Group[];
  readonly #external: readonly Group[];

  constructor({plan, cohort}: Trial, trainer: Trainer) {
    const {features, sites, external} = cohort;
    const groupOf = (test: string, isSite: boolean, {split}: SiteData): Group => ({
      test,
      isSite,
      rows: split.test,
      patients: testPatients(split.test),
      scaling: siteStandardiser(plan.task.standardisation, {split, features}),
    });
    this.#trainer = trainer;
    this.#sites = sites.map((site) => groupOf(site.name, true, site));
    this.#external = external.map((site) => groupOf(externalTest(site.name), false, site));
  }

  /**
   * Scores all groups of test patients under models of one method: each site's, all together, and each
   * external site's. A site's patients are scored as that site would score them: by its own model if every
   * node has one, and with its own scaling if the model carries none. The pooled test uses the same scores.
   * External patients get the mean of all nodes' scores.
   */
  async score(models: readonly HeldModel[]): Promise<ScoredGroup[]> {
    const own = await Promise.all(
      this.#sites.map(async (group, place) => ({
        group,
        scored: await this.#scoreWith(modelAt(models, place), group),
      })),
    );
    const external = await Promise.all(
      this.#external.map(async (group) => scoredGroup(group, await this.#scoreByAll(models, group))),
    );
    return [
      ...own.map(({group, scored}) => scoredGroup(group, scored)),
      scoredGroup(
        POOLED,
        own.flatMap(({scored}) => scored),
      ),
      ...external,
    ];
  }

  /** Returns all groups of test patients, in the order of {@link Scorer.score}. */
  groups(): UnscoredGroup[] {
    const sizeOf = ({test, patients}: Group): UnscoredGroup => ({test, n: patients.length});
    const n = this.#sites.reduce((sum, {patients}) => sum + patients.length, 0);
    return [...this.#sites.map(sizeOf), {test: POOLED_TEST, n}, ...this.#external.map(sizeOf)];
  }

  /** Returns the scores of `rows`, `[patients]`, in their order. */
  async scoresOf({parameters}: HeldModel, rows: PatientMatrix, scaling: Standardiser): Promise<Float32Array> {
    if (rows.n === 0) return new Float32Array();
    return await this.#trainer.score({parameters, rows: standardise(rows, scaling)});
  }

  async #scoreWith(model: HeldModel, {rows, patients, scaling}: Group): Promise<ScoredPatient[]> {
    return withScores(patients, await this.scoresOf(model, rows, model.standardiser ?? scaling));
  }

  async #scoreByAll(models: readonly HeldModel[], group: Group): Promise<ScoredPatient[]> {
    const byModel = await Promise.all(models.map(async (model) => await this.#scoreWith(model, group)));
    return group.patients.map((patient, place) => {
      const sum = byModel.reduce((total, scored) => total + at(scored, place).score, 0);
      return {...patient, score: sum / byModel.length};
    });
  }
}
