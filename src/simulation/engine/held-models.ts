import {at, sha256, toHex} from "../../core/index.ts";
import type {Snapshot} from "../../parameters/index.ts";
import type {Certified} from "../../rounds/index.ts";
import type {SimulatedNetwork} from "./network.ts";
import type {HeldModels} from "./network-outcome.ts";

/** The newest certified result of each site, in the order of the cohort; null for one that has none. */
export type NewestResults = readonly (Certified | null)[];

/** Returns the models that the nodes hold at the end of the `round`-th round of training. */
export function heldModels(
  {sites, stages}: SimulatedNetwork,
  round: number,
  newest: NewestResults,
): HeldModels {
  const views = new Map<string, Float32Array>();
  const models: Float32Array[] = [];
  const trained = newest.map((certified) => trainedSnapshot(stages, certified));
  for (const [index, site] of sites.entries()) {
    const snapshot = at(trained, index);
    if (snapshot === null) {
      models.push(stages.initial);
      continue;
    }
    const model = views.get(snapshot.hash) ?? site.modelOf(snapshot.values);
    if (stages.shared.isWhole) views.set(snapshot.hash, model);
    models.push(model);
  }
  const standardisers = sites.map((site, index) => site.standardiserOf(at(trained, index)?.values ?? null));
  return {round, models, standardisers};
}

/** Returns the snapshot of a result of training; null before training. */
function trainedSnapshot(stages: SimulatedNetwork["stages"], certified: Certified | null): Snapshot | null {
  if (certified === null) return null;
  const {certificate, snapshot} = certified;
  return stages.stageOf(certificate.body.round).kind === "training" ? snapshot : null;
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
