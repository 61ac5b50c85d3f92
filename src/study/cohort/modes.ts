import {createRandom, type Random} from "../../core/index.ts";
import type {PatientMatrix} from "../../data/index.ts";
import {drawRows} from "./draw-rows.ts";

/** Parameters of an invented task of Gaussian modes. */
export interface ModesSpec {
  /** Number of classes, at least 2. */
  readonly classes: number;
  /** Number of modes of a class, at least 1. */
  readonly modes: number;
  readonly features: number;
  /** Deviation of the modes' means. The deviation of rows about them is 1. */
  readonly spread: number;
  /** Number of rows. */
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/**
 * Draws an invented task that shows the effect of mixing. Each class has several Gaussian modes, whose means
 * are themselves normal. Rows take the classes in turn, each with a random mode and deviation 1 about it, and
 * each row is another patient. With 10 classes of 3 modes in 32 dimensions, spread .85, 8,000 train and 4,000
 * test rows, these are the rows of `docs/evidence/gossip.json`.
 * @returns owned by the caller
 */
export function drawModes(
  spec: ModesSpec,
  seed: number,
): Readonly<Record<"train" | "validation" | "test", PatientMatrix>> {
  const {classes, modes, features, spread} = spec;
  const randomOf = (purpose: string): Random =>
    createRandom({seed, site: "", round: 0, purpose: `gossip task ${purpose}`});
  const centre = randomOf("means");
  const means = Float32Array.from({length: classes * modes * features}, () => spread * centre.normal());
  const draw = (part: "train" | "validation" | "test"): PatientMatrix => {
    const random = randomOf(part);
    const labels = Uint8Array.from({length: spec[part]}, (_, row) => row % classes);
    return drawRows(labels, features, random, (label) => {
      const mode = modes * label + random.below(modes);
      return means.subarray(mode * features, (mode + 1) * features);
    });
  };
  // Each part has its own stream, so the number of rows in one changes no other.
  return {train: draw("train"), validation: draw("validation"), test: draw("test")};
}
