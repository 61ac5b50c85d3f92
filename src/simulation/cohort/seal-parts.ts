import {sha256, toHex} from "../../core/index.ts";
import type {PartCounts, PatientMatrix, SealedSplit, SplitPart} from "../../data/index.ts";
import {patientLabels} from "../../node/index.ts";

const PARTS = ["train", "validation", "test"] as const;

function countsOf(rows: PatientMatrix): PartCounts {
  const positivePatients = patientLabels(rows).reduce((sum, label) => sum + (label > 0 ? 1 : 0), 0);
  return {
    rows: rows.n,
    patients: rows.patients,
    positivePatients,
    negativePatients: rows.patients - positivePatients,
  };
}

/**
 * A node's data made of parts that an experiment has dealt or invented. Where there are more than two classes, positive
 * patients are those of any but class 0.
 * @param origin what fixes who is where, for the manifest's hash: plain JSON
 */
export function sealParts(
  parts: Readonly<Record<SplitPart, PatientMatrix>>,
  origin: readonly unknown[],
): SealedSplit {
  const manifest = JSON.stringify(["consilium/simulated-manifest/1", ...origin]);
  return {
    ...parts,
    manifestHash: toHex(sha256(new TextEncoder().encode(manifest))),
    counts: {
      train: countsOf(parts.train),
      validation: countsOf(parts.validation),
      test: countsOf(parts.test),
    },
    oneClassParts: PARTS.filter((part) => new Set(patientLabels(parts[part])).size < 2),
  };
}
