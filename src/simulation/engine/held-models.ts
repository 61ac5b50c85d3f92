import {sha256, toHex} from "../../core/index.ts";
import type {Certified} from "../../rounds/index.ts";
import type {Network} from "./network.ts";
import type {HeldModels} from "./network-outcome.ts";

/** The newest certified result of each site, in the order of the cohort; null for one that has none. */
export type NewestResults = readonly (Certified | null)[];

/** Returns the models that the nodes hold at the end of the `round`-th round of training. */
export function heldModels({sites, stages}: Network, round: number, newest: NewestResults): HeldModels {
  const views = new Map<string, Float32Array>();
  const models: Float32Array[] = [];
  const standardisers = sites.map((site, index) => site.standardiserOf(trainedValues(stages, newest[index])));
  for (const [index, site] of sites.entries()) {
    const values = trainedValues(stages, newest[index]);
    const hash = newest[index]?.snapshot.hash ?? "";
    const model = values === null ? stages.initial : (views.get(hash) ?? site.modelOf(values));
    if (stages.shared.isWhole) views.set(hash, model);
    models.push(model);
  }
  return {round, models, standardisers};
}

/** Returns the values of a result of training; null before training. */
function trainedValues(
  stages: Network["stages"],
  certified: Certified | null | undefined,
): Float32Array | null {
  if (certified == null || stages.stageOf(certified.certificate.body.round).kind !== "training") return null;
  return certified.snapshot.values;
}

/**
 * SHA-256 of the final state: of the snapshot that all hold or, if models differ, of all models in the sites'
 * order.
 */
export function stateHash(models: readonly Float32Array[], newest: NewestResults): string {
  const [first] = newest;
  if (models.every((model) => model === models[0]) && first != null) return first.snapshot.hash;
  const hashes = models.map((model) =>
    sha256(new Uint8Array(model.buffer, model.byteOffset, model.byteLength)),
  );
  return toHex(sha256(Uint8Array.from(hashes.flatMap((hash) => [...hash]))));
}
