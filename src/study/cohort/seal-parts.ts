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
 * Seals a node's data from parts that an experiment has dealt or invented. With more than two classes,
 * positive patients are those of any class except 0.
 * @param origin decides who is where; plain JSON, for the manifest's hash
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
