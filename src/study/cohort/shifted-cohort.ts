import type {ExperimentData} from "../../config/index.ts";
import {at, createRandom, permutation, type Random} from "../../core/index.ts";
import type {PatientMatrix} from "../../data/index.ts";
import type {Cohort, SiteData} from "../../simulation/index.ts";
import type {CohortQuery} from "./cohort-query.ts";
import {drawPatients} from "./draw-patients.ts";
import {drawRows, inventedFeatures} from "./draw-rows.ts";
import {inventedContract, inventedSource} from "./invented-contract.ts";
import {pickPatients} from "./pick-patients.ts";
import {sealParts} from "./seal-parts.ts";

type ShiftedData = Extract<ExperimentData, {source: "cohorts"}>;
type SiteSpec = ShiftedData["sites"][string];

const CLASSES = [0, 1] as const;

function randomDirection(features: number, random: Random): Float64Array {
  const direction = Float64Array.from({length: features}, () => random.normal());
  const length = Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0));
  return direction.map((value) => value / length);
}

/** `[d]` for each class at one site: half the separation to either side, and its own displacement. */
function siteMeans({separation, shift, features}: ShiftedData, signal: Float64Array, random: Random) {
  return CLASSES.map((label) => {
    const own = randomDirection(features, random);
    return signal.map((value, index) => (label - 0.5) * separation * value + shift * at(own, index));
  });
}

function drawSite(spec: SiteSpec, features: number, means: readonly Float64Array[], random: Random) {
  const {patients, prevalence} = spec;
  const positives = Math.min(patients - 1, Math.max(1, Math.round(prevalence * patients)));
  const labels = new Uint8Array(patients).fill(1, patients - positives);
  return drawRows(labels, features, random, (label) => at(means, label));
}

/** Divides a site's patients class by class, in a random order. At least one of each class stays in train. */
function partsOf(rows: PatientMatrix, {test, validation}: ShiftedData, random: Random) {
  const parts = {train: new Array<number>(), validation: new Array<number>(), test: new Array<number>()};
  for (const label of CLASSES) {
    const own = [...permutation(random, rows.patients)].filter((patient) => rows.labels[patient] === label);
    const tests = Math.min(Math.round(test * own.length), own.length - 1);
    const validations = Math.min(Math.round(validation * own.length), own.length - tests - 1);
    parts.test.push(...own.slice(0, tests));
    parts.validation.push(...own.slice(tests, tests + validations));
    parts.train.push(...own.slice(tests + validations));
  }
  return {
    train: pickPatients(rows, parts.train),
    validation: pickPatients(rows, parts.validation),
    test: pickPatients(rows, parts.test),
  };
}

/**
 * Invents cohorts of two classes whose means lie `separation` apart along one direction that all sites share.
 * At each site each class's mean is displaced by `shift` in a direction of its own, as another scanner or
 * another stain would do. The displacement separates the classes at one site but misleads at the others, and
 * it averages out as more sites join. Deviations about the means are 1, so the separation limits what any
 * model can reach: an AUROC of Phi(separation / sqrt(2)).
 */
export function openShiftedCohort(data: ShiftedData, {seed}: CohortQuery): Cohort {
  const {features, separation, shift, sites, external} = data;
  const contract = inventedContract(["cohorts", features, separation, shift]);
  const randomOf = (site: string, purpose: string): Random =>
    createRandom({seed, site, round: 0, purpose: `cohorts ${purpose}`});
  const signal = randomDirection(features, randomOf("", "signal"));
  const rowsOf = (name: string, spec: SiteSpec): PatientMatrix =>
    drawSite(spec, features, siteMeans(data, signal, randomOf(name, "means")), randomOf(name, "rows"));
  const training = Object.entries(sites).map(([name, spec]): SiteData => {
    const parts = partsOf(rowsOf(name, spec), data, randomOf(name, "parts"));
    const split = sealParts(parts, [contract, seed, name, spec]);
    return drawPatients({name, split}, data.patientsPerSite, seed);
  });
  const outside = Object.entries(external).map(([name, spec]): SiteData => {
    const test = rowsOf(name, spec);
    const none = pickPatients(test, []);
    return {
      name,
      split: sealParts({train: none, validation: none, test}, [contract, seed, name, spec]),
    };
  });
  return {
    kind: "binary",
    classes: 2,
    isSynthetic: true,
    source: inventedSource(seed),
    contract,
    input: {kind: "tabular"},
    features: inventedFeatures(features, separation + shift),
    sites: training,
    external: outside,
  };
}
