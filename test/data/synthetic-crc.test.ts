import {createHash} from "node:crypto";
import {beforeAll, describe, expect, it} from "vitest";
import {generateSyntheticCrc, type SyntheticPatient} from "../../src/data/synthetic/synthetic-crc.ts";
import {auroc} from "../../src/evaluation/index.ts";

interface Hospital {
  readonly hospital: string;
  readonly patients: readonly SyntheticPatient[];
}

const SIZES = {harbour: 74, valley: 255, prairie: 53, moor: 101};

const cohortsOf = (seed: number): Hospital[] =>
  generateSyntheticCrc(seed).map(({hospital, patients}) => ({hospital, patients: [...patients]}));

const tilesOf = ({slides}: SyntheticPatient): number => slides.reduce((sum, {tiles}) => sum + tiles, 0);

const signalsOf = ({slides}: SyntheticPatient): number =>
  slides.reduce((sum, {isSignal}) => sum + isSignal.reduce((count, flag) => count + flag, 0), 0);

/** Hash over all that is generated of the patients. */
function digestOf(patients: Iterable<SyntheticPatient>): string {
  const hash = createHash("sha256");
  for (const {key, isMsi, slides} of patients) {
    hash.update(JSON.stringify([key, isMsi, slides.map(({file, tiles}) => [file, tiles])]));
    for (const {features, coordinates, isSignal} of slides) {
      hash.update(features).update(coordinates).update(isSignal);
    }
  }
  return hash.digest("hex");
}

/** Mean of each feature over a hospital's tiles without signal. */
function meanTile({patients}: Hospital): number[] {
  const sums = new Float64Array(512);
  let count = 0;
  for (const {features, isSignal} of patients.flatMap(({slides}) => slides)) {
    isSignal.forEach((flag, tile) => {
      if (flag === 1) return;
      count += 1;
      for (let feature = 0; feature < 512; feature++) {
        sums[feature] = (sums[feature] ?? 0) + (features[tile * 512 + feature] ?? 0);
      }
    });
  }
  return Array.from(sums, (sum) => sum / count);
}

describe("the cohorts of synthetic-crc", () => {
  let first: readonly Hospital[] = [];
  let second: readonly Hospital[] = [];
  beforeAll(() => {
    first = cohortsOf(1);
    second = cohortsOf(2);
  });

  it("have an eighth of the published sizes, and 15 % of each have MSI", () => {
    for (const cohorts of [first, second]) {
      const sizes = cohorts.map(({hospital, patients}) => [hospital, patients.length]);
      expect(Object.fromEntries(sizes)).toEqual(SIZES);
      for (const {hospital, patients} of cohorts) {
        const positives = patients.filter(({isMsi}) => isMsi).length;
        expect(positives, hospital).toBe(Math.round(0.15 * patients.length));
      }
    }
  });

  it("are the same for the same seed, in whatever order they are asked for, and others for another", () => {
    const again = generateSyntheticCrc(1).map(({patients}) => digestOf(patients));
    expect(again).toEqual(first.map(({patients}) => digestOf(patients)));
    const last = generateSyntheticCrc(1).slice(-1);
    expect(last.map(({patients}) => digestOf(patients))).toEqual(again.slice(-1));
    second.forEach(({hospital, patients}, index) => {
      expect(digestOf(patients), hospital).not.toBe(again[index]);
    });
  });

  it("have bags of the promised shape: one or two slides of 12 to 44 tiles, features finite and not negative", () => {
    for (const {patients} of first) {
      for (const {key, slides} of patients) {
        expect([1, 2], key).toContain(slides.length);
        for (const {file, tiles, features, coordinates, isSignal} of slides) {
          expect(tiles >= 12 && tiles <= 44, file).toBe(true);
          expect([features.length, coordinates.length, isSignal.length], file).toEqual([
            512 * tiles,
            2 * tiles,
            tiles,
          ]);
          expect(
            features.every((value) => value >= 0 && value < 20),
            file,
          ).toBe(true);
          const places = Array.from({length: tiles}, (_, tile) =>
            coordinates.slice(2 * tile, 2 * tile + 2).join(),
          );
          expect(new Set(places).size, file).toBe(tiles);
        }
      }
    }
  });

  it("say in every key and file name that they are synthetic, and repeat none", () => {
    for (const {hospital, patients} of first) {
      const keys = patients.map(({key}) => key);
      const files = patients.flatMap(({slides}) => slides.map(({file}) => file));
      expect(new Set(keys).size, hospital).toBe(keys.length);
      expect(new Set(files).size, hospital).toBe(files.length);
      for (const name of [...keys, ...files]) expect(name).toMatch(`synthetic-${hospital}-`);
    }
  });

  it("tell nothing of the label by the number of tiles or slides", () => {
    const patients = [...first, ...second].flatMap((cohort) => cohort.patients);
    const labels = patients.map(({isMsi}) => Number(isMsi));
    // The standard error of an AUROC of 144 against 822 patients is .026 where there is nothing to find.
    for (const size of [tilesOf, ({slides}: SyntheticPatient) => slides.length]) {
      expect(Math.abs((auroc(labels, patients.map(size)) ?? 0) - 0.5)).toBeLessThan(0.08);
    }
  });

  it("carry the signal in few tiles: in nine of ten MSI patients, and in one of twenty others", () => {
    for (const {hospital, patients} of [...first, ...second]) {
      const ill = patients.filter(({isMsi}) => isMsi);
      const others = patients.filter(({isMsi}) => !isMsi);
      const shown = patients.filter((patient) => signalsOf(patient) > 0);
      for (const patient of shown) {
        const share = signalsOf(patient) / tilesOf(patient);
        expect(share > 0.05 && share < 0.25, `${patient.key} ${share}`).toBe(true);
      }
      expect(shown.filter(({isMsi}) => !isMsi).length, hospital).toBe(Math.round(0.05 * others.length));
      expect(shown.filter(({isMsi}) => isMsi).length, hospital).toBe(
        ill.length - Math.round(0.1 * ill.length),
      );
    }
  });

  it("are scanned otherwise at each hospital: most features' means differ between any two", () => {
    const means = first.map(meanTile);
    means.forEach((one, index) => {
      for (const other of means.slice(index + 1)) {
        const differing = one.filter((mean, feature) => Math.abs(mean - (other[feature] ?? 0)) > 0.05);
        expect(differing.length).toBeGreaterThan(256);
      }
    });
  });
});
