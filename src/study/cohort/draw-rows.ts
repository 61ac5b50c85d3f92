import type {Random} from "../../core/index.ts";
import type {Feature, PatientMatrix} from "../../data/index.ts";

/** No draw of a standard normal number lies further out. */
const FURTHEST = 9;

/**
 * Draws rows with these labels, each another patient: the mean of its class plus standard normal noise.
 * @param meanOf returns `[d]`, the mean of a row of that label; may draw
 * @returns owned by the caller
 */
export function drawRows(
  labels: Uint8Array,
  d: number,
  random: Random,
  meanOf: (label: number) => Float32Array | Float64Array,
): PatientMatrix {
  const n = labels.length;
  const values = new Float32Array(n * d);
  labels.forEach((label, row) => {
    const mean = meanOf(label);
    for (let feature = 0; feature < d; feature++) {
      values[row * d + feature] = (mean[feature] as number) + random.normal();
    }
  });
  return {n, d, values, labels, patients: n, patientOf: Uint32Array.from({length: n}, (_, row) => row)};
}

/**
 * Names and bounds of invented features.
 * @param deviation of the rows' means, or their furthest distance from 0
 */
export function inventedFeatures(d: number, deviation: number): readonly Feature[] {
  const high = FURTHEST * (1 + deviation);
  return Array.from({length: d}, (_, index) => ({name: `f${index}`, low: -high, high}));
}
