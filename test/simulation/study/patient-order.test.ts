import {describe, expect, it} from "vitest";
import type {PatientMatrix} from "../../../src/data/index.ts";
import {patientOrder} from "../../../src/simulation/study/patient-order.ts";

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

describe("the order of patients", () => {
  it("hangs on their rows alone", () => {
    const patients = [[1], [2, 5], [3], [4]];
    const one = patientOrder(rowsOf(patients));
    const turned = [...patients].reverse();
    const other = patientOrder(rowsOf(turned));
    expect(other.name).toBe(one.name);
    expect(other.order.map((place) => turned[place])).toEqual(one.order.map((place) => patients[place]));
    expect([...one.order].sort((a, b) => a - b)).toEqual([0, 1, 2, 3]);
  });

  it("has another name for other patients", () => {
    expect(patientOrder(rowsOf([[1], [2]])).name).not.toBe(patientOrder(rowsOf([[1], [2.5]])).name);
  });
});
