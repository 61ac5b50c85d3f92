import type {Codec} from "./codecs/codec.ts";
import {weightOf} from "./contribution.ts";

/**
 * The part of an update that a codec left out: `factor * intended` minus the decoded contribution. It is
 * added to the next update, so nothing is lost, only delayed.
 * @param intended `[d]`, not changed
 * @param factor the scale that clipping applied to it
 * @returns `[d]`, owned by the caller
 * @throws PARAMETERS_NOT_FINITE
 * @see Karimireddy et al., Error feedback fixes SignSGD, ICML 2019, algorithm 2 (e_{t+1} = p_t - Delta_t)
 */
export function keptBack(
  codec: Codec,
  intended: Float32Array,
  {factor, contribution}: {readonly factor: number; readonly contribution: Uint8Array},
): Float32Array {
  const weight = weightOf(contribution);
  const sent = new Float64Array(intended.length);
  codec.accumulate(contribution, 0, sent);
  return intended.map((value, index) => factor * value - (sent[index] as number) / weight);
}
