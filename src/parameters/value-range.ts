import {CodedError} from "../core/index.ts";
import type {Codec} from "./codecs/codec.ts";
import {type ValueRange, weightOf} from "./contribution.ts";
import {decodedBlock} from "./decoded-block.ts";
import {STRIDE_VALUES} from "./kernels/kernels.ts";

/**
 * Largest error of an honest value, as a share of the largest bound: it is rounded to binary32 a few times.
 */
const ROUNDING = 2 ** -21;

/** Largest error of a rounded value times its weight. */
function slackOf({low, high}: ValueRange, weight: number): number {
  const largest = (sum: number, bound: number): number => Math.max(sum, Math.abs(bound));
  return ROUNDING * weight * high.reduce(largest, low.reduce(largest, 0));
}

/**
 * Checks that each value of a contribution, of a last chunk that is all of one, or of a mass, lies in
 * `range`. It may lie outside by no more than rounding to binary32 explains, so the codec must be f32.
 * @param bytes of the size of `range`'s values followed by a weight above 0
 * @param rounded the weight in proportion to which values were rounded; of a mass, the largest that it was
 * mixed from
 * @throws PARAMETERS_OUT_OF_RANGE, PARAMETERS_NOT_FINITE
 */
export function checkRange(
  codec: Codec,
  bytes: Uint8Array,
  range: ValueRange,
  rounded = weightOf(bytes),
): void {
  const weight = weightOf(bytes);
  const slack = slackOf(range, rounded);
  const {low, high} = range;
  for (let first = 0; first < low.length; first += STRIDE_VALUES) {
    const length = Math.min(STRIDE_VALUES, low.length - first);
    decodedBlock(codec, bytes, {first, length}, 0).forEach((value, index) => {
      const [least, most] = [low[first + index] as number, high[first + index] as number];
      if (value >= least * weight - slack && value <= most * weight + slack) return;
      throw new CodedError("PARAMETERS_OUT_OF_RANGE", "a value lies outside its declared range", {
        data: {index: first + index},
      });
    });
  }
}
