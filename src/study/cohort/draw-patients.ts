import {at, createRandom, permutation, present} from "../../core/index.ts";
import type {PatientMatrix} from "../../data/index.ts";
import {patientLabels} from "../../node/index.ts";
import type {SiteData} from "../../simulation/index.ts";
import {pickPatients} from "./pick-patients.ts";
import {sealParts} from "./seal-parts.ts";

/**
 * Orders the patients of `rows` so that every beginning has the shares of the classes, to one patient. The
 * position of a patient is (place among its class + 1/2) / size of the class.
 */
function stratifiedOrder(rows: PatientMatrix, order: Uint32Array): number[] {
  const labels = patientLabels(rows);
  const sizes = new Map<number, number>();
  for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  const seen = new Map<number, number>();
  const placed = Array.from(order, (patient) => {
    const label = at(labels, patient);
    const place = seen.get(label) ?? 0;
    seen.set(label, place + 1);
    return {patient, standing: (place + 0.5) / present(sizes.get(label), "the size of a class")};
  });
  return placed.sort((a, b) => a.standing - b.standing).map(({patient}) => patient);
}

/**
 * Reduces `site` to `count` of its train patients, drawn by the seed with the classes' shares kept; all of
 * them if there are no more. A smaller draw is part of a larger one. Validation and test patients stay.
 */
export function drawPatients({name, split}: SiteData, count: number | "all", seed: number): SiteData {
  const {train, validation, test, manifestHash} = split;
  if (count === "all" || train.patients <= count) return {name, split};
  const random = createRandom({seed, site: name, round: 0, purpose: "patients per site"});
  const chosen = stratifiedOrder(train, permutation(random, train.patients)).slice(0, count);
  const parts = {train: pickPatients(train, chosen), validation, test};
  return {name, split: sealParts(parts, [manifestHash, seed, count])};
}
