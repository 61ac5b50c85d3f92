import fc from "fast-check";
import {describe, expect, it} from "vitest";
import type {PatientMatrix} from "../../../src/data/index.ts";
import {scoredGroup, testPatients, withScores} from "../../../src/study/measures/scored-group.ts";

/** Patients with one or two rows, in the order given. */
function rowsOf(patients: readonly (readonly number[])[]): PatientMatrix {
  const rows = patients.flatMap((own, patient) => own.map((value) => ({value, patient})));
  return {
    n: rows.length,
    d: 1,
    values: Float32Array.from(rows, ({value}) => value),
    labels: Uint8Array.from(rows, ({patient}) => ((patients[patient]?.[0] ?? 0) > 3 ? 1 : 0)),
    patients: patients.length,
    patientOf: Uint32Array.from(rows, ({patient}) => patient),
  };
}

const GROUP = {test: "leeds", isSite: true};
const namesOf = (patients: readonly (readonly number[])[]) =>
  scoredGroup(GROUP, withScores(testPatients(rowsOf(patients)), new Float32Array(patients.length))).patients;

describe("a group of scored patients", () => {
  it("has an order that hangs on the patients' rows alone", () => {
    const patients = [[1], [2, 5], [3], [4]];
    const turned = [...patients].reverse();
    const scored = withScores(testPatients(rowsOf(patients)), [0.1, 0.2, 0.3, 0.4]);
    const other = withScores(testPatients(rowsOf(turned)), [0.4, 0.3, 0.2, 0.1]);
    expect(scoredGroup(GROUP, other)).toEqual(scoredGroup(GROUP, scored));
  });

  it("is the same whatever order and parts its patients come in, each with its own label and score", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({min: 0, max: 1000}), {minLength: 1, maxLength: 20}),
        fc.nat(),
        (values, cut) => {
          const rows = rowsOf(values.map((value) => [value]));
          // The score tells the label and the value, so that a swapped pair shows.
          const scored = withScores(
            testPatients(rows),
            values.map((value) => value / 1000),
          );
          const place = cut % values.length;
          const group = scoredGroup(GROUP, [...scored.slice(place), ...scored.slice(0, place)]);
          expect(group).toEqual(scoredGroup(GROUP, scored));
          expect(group.labels).toEqual(group.scores.map((score) => (score > 0.003 ? 1 : 0)));
          expect(new Set(group.scores)).toEqual(new Set(values.map((value) => value / 1000)));
        },
      ),
    );
  });

  it("has another name for other patients", () => {
    expect(namesOf([[1], [2]])).not.toBe(namesOf([[1], [2.5]]));
  });

  it("refuses scores of another number than its patients", () => {
    expect(() => withScores(testPatients(rowsOf([[1], [2]])), [0.5])).toThrow(
      expect.objectContaining({code: "SIMULATION_SCORES_UNFIT"}),
    );
  });
});
