import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {meanByPatient} from "../../src/training/patient-scores.ts";

const rowsOf = (patientOf: readonly number[], patients: number) => ({
  patients,
  patientOf: Uint32Array.from(patientOf),
});

describe("scores of patients", () => {
  it("are the means of their rows' scores", () => {
    const scores = meanByPatient(rowsOf([0, 1, 0, 2, 0], 3), Float32Array.of(0.25, 0.5, 0.75, 1, 0.5));
    expect([...scores]).toEqual([0.5, 0.5, 1]);
  });

  it("are the rows' own where each row is a patient", () => {
    fc.assert(
      fc.property(fc.float32Array({min: 0, max: 1, noNaN: true, maxLength: 50}), (scores) => {
        const count = scores.length;
        const rows = rowsOf(
          Array.from({length: count}, (_, row) => row),
          count,
        );
        expect([...meanByPatient(rows, scores)]).toEqual([...scores]);
      }),
    );
  });

  it("lie between a patient's least and greatest, in whatever order the rows come", () => {
    const row = fc.record({patient: fc.nat({max: 4}), score: fc.float({min: 0, max: 1, noNaN: true})});
    fc.assert(
      fc.property(fc.array(row, {minLength: 1, maxLength: 40}), (list) => {
        const rows = rowsOf(
          list.map(({patient}) => patient),
          5,
        );
        const scores = meanByPatient(
          rows,
          Float32Array.from(list, ({score}) => score),
        );
        for (const {patient} of list) {
          const own = list.filter((each) => each.patient === patient).map(({score}) => score);
          expect(scores[patient]).toBeGreaterThanOrEqual(Math.min(...own));
          expect(scores[patient]).toBeLessThanOrEqual(Math.max(...own));
        }
      }),
    );
  });

  it("of a row without a patient, or with one beyond the others, do not exist", () => {
    const outside = expect.objectContaining({code: "CORE_INDEX_OUT_OF_RANGE"});
    expect(() => meanByPatient(rowsOf([0], 1), Float32Array.of(0.5, 1))).toThrow(outside);
    expect(() => meanByPatient(rowsOf([0, 1], 1), Float32Array.of(0.5, 1))).toThrow(outside);
  });

  it("of nobody are none", () => {
    expect(meanByPatient(rowsOf([], 0), new Float32Array())).toHaveLength(0);
  });
});
