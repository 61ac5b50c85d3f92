import {createRandom, sha256} from "../core/index.ts";
import {drawDither, keptBack} from "../parameters/index.ts";
import {clipFactor, type ReleasedUpdate, releaseUpdate, type UpdateToRelease} from "../privacy/index.ts";
import type {RoundSpec} from "../rounds/index.ts";
import type {LocalFacts} from "./local-facts.ts";

/** An update that is to leave, and the draw of its dither. */
export interface ToRelease extends Pick<UpdateToRelease, "update" | "codec" | "clipNorm" | "effort"> {
  readonly round: number;
  /** Purpose of the draw; the default is that of a round. */
  readonly purpose?: string;
}

/** Clips, weights and encodes an update of this site. @throws PRIVACY_* */
export function releaseWork(
  {plan, site}: LocalFacts,
  {round, purpose = "dither", ...what}: ToRelease,
): ReleasedUpdate {
  const random = createRandom({seed: plan.seed, site: site.member.name, round, purpose});
  const weight = site.patients / plan.weights.reference;
  return releaseUpdate({...what, weight, dither: drawDither(random), hash: sha256});
}

/** A trained update, which a sparse codec may release in parts. */
export interface TrainedUpdate {
  readonly round: number;
  readonly spec: RoundSpec;
  /** `[mixed]`. */
  readonly mixed: Float32Array;
  readonly effort: number;
  /** The remainder of earlier ones, which a sparse codec has kept back. */
  readonly keptBack: Float32Array | null;
}

/**
 * Releases a trained update together with what earlier releases kept back. @returns also the next remainder;
 * null if the codec keeps nothing back
 * @throws PRIVACY_*
 */
export function releaseTrained(
  facts: LocalFacts,
  {round, spec: {codec, exact = 1}, mixed, effort, keptBack: before}: TrainedUpdate,
): ReleasedUpdate & {readonly keptBack: Float32Array | null} {
  const clipNorm = facts.plan.privacy.clip;
  const update = before === null ? mixed : mixed.map((value, index) => value + (before[index] as number));
  const pace = exact === 1 ? {} : {effort};
  const released = releaseWork(facts, {round, update, codec, clipNorm, ...pace});
  if (!codec.isSparse) return {...released, keptBack: null};
  const sent = {factor: clipFactor(released.norm, clipNorm), contribution: released.release.bytes};
  return {...released, keptBack: keptBack(codec, update, sent)};
}
