import {isBagModel, type ModelSpec} from "../model/index.ts";
import {bagSource} from "./bag-source.ts";
import {type ExampleSource, matrixSource} from "./example-source.ts";
import type {LabelledRows} from "./types.ts";

/** Number of examples that a model of `spec` is trained on: patients, or rows. */
export function examplesOf(spec: ModelSpec, {n, patients}: Pick<LabelledRows, "n" | "patients">): number {
  return isBagModel(spec) ? patients : n;
}

/** Creates the source of training examples for a model of `spec`: a patient's bag of tiles, or a row. */
export function sourceOf(
  spec: ModelSpec,
  train: LabelledRows,
  draws: {readonly seed: number; readonly site: string},
): ExampleSource {
  return isBagModel(spec) ? bagSource(train, {...draws, tiles: spec.tiles}) : matrixSource(train);
}
