import type {Experiment} from "../../config/index.ts";
import {createRandom, sha256} from "../../core/index.ts";
import type {SealedSplit} from "../../data/index.ts";
import {drawDither, NO_DITHER} from "../../parameters/index.ts";
import {releaseUpdate} from "../../privacy/index.ts";
import type {Contribution, RoundSpec} from "../../rounds/index.ts";
import {attackVector} from "../attacks/attack-vector.ts";
import type {Attack} from "../attacks/attacks.ts";

type AttackBlock = Experiment["attacks"][number];

/** Names of the sites that do harm. @param names names of all sites */
export function badSites(attacks: Experiment["attacks"], names: readonly string[]): ReadonlySet<string> {
  const sites = attacks[0]?.sites ?? [];
  return new Set(typeof sites === "number" ? names.slice(-sites) : sites);
}

/**
 * Returns the split of a site that trains on inverted labels: class c becomes class `classes` - 1 - c, and an
 * event becomes none.
 */
export function withFlippedLabels(split: SealedSplit, classes: number): SealedSplit {
  const highest = Math.max(1, classes - 1);
  return {...split, train: {...split.train, labels: split.train.labels.map((label) => highest - label)}};
}

/** Translates the experiment's attack on updates into that of room `attacks`; null if there is none. */
export function updateAttack(block: AttackBlock): Attack | null {
  switch (block.type) {
    case "label-flip":
    case "statistics-edge":
      return null;
    case "sign-flip":
      return {attack: "sign-flip", factor: block.scale};
    case "gaussian":
      return {attack: "gaussian", deviation: block.scale};
    case "alie":
      return {attack: "alie", z: block.z === "auto" ? null : block.z};
    case "inner-product":
      return {attack: "inner-product", epsilon: block.scale};
    case "dissensus":
      return {attack: "dissensus", epsilon: block.scale};
    case "mimic":
      return {attack: "mimic", target: 0};
    default:
      return {attack: block.type};
  }
}

/** Knowledge of a bad site when it hands in its contribution. */
export interface BadView {
  readonly attack: Attack;
  readonly site: string;
  readonly seed: number;
  readonly round: number;
  /** Name of the draws within the round. */
  readonly purpose: string;
  readonly weight: number;
  readonly spec: Pick<RoundSpec, "codec" | "mixed" | "exact" | "clipNorm">;
  /** `[h, d]`, the honest sites' updates that it knows of, at least one. */
  readonly honest: readonly Float32Array[];
  /** `[d]`, its own. */
  readonly own: Float32Array;
  /** `[d]`, the base of updates. */
  readonly reference: Float32Array;
  readonly faulty: number;
}

/**
 * Returns the contribution of a bad site: the attack's update with its true weight. It is as long as the plan's
 * clip allows, because a longer one would be left out; in an asynchronous segment nobody checks its length. If a
 * round also mixes controls, the site gives zeros for them.
 */
export function badContribution(view: BadView): Contribution {
  const {attack, site, seed, round, purpose, weight, spec, honest, own, reference, faulty} = view;
  const random = createRandom({seed, site, round, purpose: `attack${purpose}`});
  const vector = attackVector(attack, {honest, own: [own], reference, faulty, random});
  const update = new Float32Array(spec.mixed);
  update.set(vector);
  const dither = drawDither(createRandom({seed, site, round, purpose: `dither${purpose}`}));
  const pace = spec.exact === 2 ? {effort: 1} : {};
  const {clipNorm = Number.POSITIVE_INFINITY} = spec;
  return releaseUpdate({update, weight, ...pace, codec: spec.codec, dither, clipNorm, hash: sha256}).release;
}

/**
 * Returns false statistics of a site: for each feature the largest value that its declared range allows. No
 * receiver can tell them from true ones. The site's updates are its own.
 */
export function edgeOfRange({codec, range}: RoundSpec, weight: number): Contribution | null {
  if (range === undefined) return null;
  const clipNorm = Number.POSITIVE_INFINITY;
  const update = Float32Array.from(range.high);
  return releaseUpdate({update, weight, codec, dither: NO_DITHER, clipNorm, hash: sha256}).release;
}
