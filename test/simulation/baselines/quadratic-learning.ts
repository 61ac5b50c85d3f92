import type {PatientMatrix, SealedSplit} from "../../../src/data/index.ts";
import type {SiteData} from "../../../src/simulation/site-data.ts";
import type {Learning} from "../../../src/study/baselines/experiment.ts";

function rowsOf(patients: number): PatientMatrix {
  return {
    n: patients,
    d: 1,
    values: new Float32Array(patients),
    labels: new Uint8Array(patients),
    patients,
    patientOf: Uint32Array.from({length: patients}, (_, row) => row),
  };
}

/** A site with nothing but a number of train patients. */
export function siteOf(name: string, patients: number): SiteData {
  const counts = {rows: patients, patients, positivePatients: 0, negativePatients: patients};
  const none = {rows: 0, patients: 0, positivePatients: 0, negativePatients: 0};
  const split: SealedSplit = {
    train: rowsOf(patients),
    validation: rowsOf(0),
    test: rowsOf(0),
    manifestHash: "",
    counts: {train: counts, validation: none, test: none},
    oneClassParts: [],
  };
  return {name, split};
}

/** One parameter, and at each site one step of which goes half of the way to the site's own optimum. */
export function quadraticLearning(
  optima: Readonly<Record<string, number>>,
  {rounds, localSteps}: {readonly rounds: number; readonly localSteps: number},
): Learning {
  return {
    plan: {
      seed: 1,
      rounds,
      model: {architecture: "logistic"},
      task: {standardisation: "none"},
      weights: {unit: "patients", reference: 256, cap: 256},
      training: {
        optimizer: {name: "sgd", learningRate: 0.5, momentum: 0, weightDecay: 0},
        batchSize: "all",
        localSteps,
        proximal: 0,
        driftCorrection: "none",
        normalisation: "none",
        local: [],
      },
    },
    features: [{name: "x", low: 0, high: 1}],
    initial: Float32Array.of(0),
    async takeSteps({name, start, steps}) {
      let [value = 0] = start;
      for (let step = 0; step < steps; step++) value += 0.5 * ((optima[name] ?? 0) - value);
      return Float32Array.of(value);
    },
  };
}
