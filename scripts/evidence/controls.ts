import {createRandom, permutation} from "../../src/core/index.ts";
import type {PatientMatrix} from "../../src/data/index.ts";
import type {SiteData} from "../../src/simulation/index.ts";

function withTrain(site: SiteData, change: (train: PatientMatrix) => Partial<PatientMatrix>): SiteData {
  const {split} = site;
  return {...site, split: {...split, train: {...split.train, ...change(split.train)}}};
}

/** A control: each feature of each tile drawn anew, uniform in [0, 1); labels and numbers of tiles stay. */
export function noiseOf(rows: PatientMatrix, seed: number, site: string): PatientMatrix {
  const random = createRandom({seed, site, round: 0, purpose: "noise control"});
  return {...rows, values: rows.values.map(() => random.uniform())};
}

/** {@link noiseOf} the site's train tiles. */
export function noiseTiles(seed: number): (site: SiteData) => SiteData {
  return (site) => withTrain(site, (train) => noiseOf(train, seed, site.name));
}

/** A control: the labels of the site's train patients, dealt out anew among them. */
export function permuteLabels(seed: number): (site: SiteData) => SiteData {
  return (site) =>
    withTrain(site, ({labels, patients, patientOf}) => {
      const random = createRandom({seed, site: site.name, round: 0, purpose: "permuted control"});
      const order = permutation(random, patients);
      const ofPatient = new Uint8Array(patients);
      patientOf.forEach((patient, row) => {
        ofPatient[patient] = labels[row] ?? 0;
      });
      return {labels: labels.map((_, row) => ofPatient[order[patientOf[row] ?? 0] ?? 0] ?? 0)};
    });
}
