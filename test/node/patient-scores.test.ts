import fc from "fast-check";
import {describe, expect, it} from "vitest";
import type {PatientMatrix} from "../../src/data/index.ts";
import {patientScores} from "../../src/node/index.ts";

function rowsOf(patientOf: readonly number[], labels: readonly number[], patients: number): PatientMatrix {
  return {
    n: patientOf.length,
    d: 0,
    values: new Float32Array(),
    labels: Uint8Array.from(labels),
    patients,
    patientOf: Uint32Array.from(patientOf),
  };
}

describe("scores of patients", () => {
  it("are the means of their rows' scores, one label each", () => {
    const rows = rowsOf([0, 1, 0, 2, 0], [1, 0, 1, 1, 1], 3);
    const {labels, scores} = patientScores(rows, Float32Array.of(0.25, 0.5, 0.75, 1, 0.5));
    expect([...labels]).toEqual([1, 0, 1]);
    expect([...scores]).toEqual([0.5, 0.5, 1]);
  });

  it("are the rows' own where each row is a patient", () => {
    fc.assert(
      fc.property(fc.float32Array({min: 0, max: 1, noNaN: true, maxLength: 50}), (scores) => {
        const count = scores.length;
        const rows = rowsOf(
          Array.from({length: count}, (_, row) => row),
          Array.from({length: count}, () => 1),
          count,
        );
        expect([...patientScores(rows, scores).scores]).toEqual([...scores]);
      }),
    );
  });

  it("lie between a patient's least and greatest, in whatever order the rows come", () => {
    const row = fc.record({patient: fc.nat({max: 4}), score: fc.float({min: 0, max: 1, noNaN: true})});
    fc.assert(
      fc.property(fc.array(row, {minLength: 1, maxLength: 40}), (list) => {
        const rows = rowsOf(
          list.map(({patient}) => patient),
          list.map(({patient}) => patient % 2),
          5,
        );
        const {labels, scores} = patientScores(
          rows,
          Float32Array.from(list, ({score}) => score),
        );
        for (const {patient} of list) {
          const own = list.filter((each) => each.patient === patient).map(({score}) => score);
          expect(scores[patient]).toBeGreaterThanOrEqual(Math.min(...own));
          expect(scores[patient]).toBeLessThanOrEqual(Math.max(...own));
          expect(labels[patient]).toBe(patient % 2);
        }
      }),
    );
  });

  it("of nobody are none", () => {
    expect(patientScores(rowsOf([], [], 0), new Float32Array()).scores).toHaveLength(0);
  });
});
