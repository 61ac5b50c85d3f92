import type {Standardiser} from "../../data/index.ts";
import type {Model, ModelSpec} from "../../model/index.ts";

/** A trained model on an open backend, with the scaling that belongs to it. */
export interface UsableModel {
  readonly model: Model;
  readonly spec: ModelSpec;
  /** `[layoutSize]`. */
  readonly parameters: Float32Array;
  readonly standardiser: Standardiser;
}
