import type {Codec, CodecName} from "./codec.ts";
import {f32} from "./f32.ts";
import {fp16} from "./fp16.ts";
import {int8} from "./int8.ts";
import {sign} from "./sign.ts";
import {topK} from "./top-k.ts";

const CODECS: Readonly<Record<CodecName, Codec>> = {
  f32,
  fp16,
  int8,
  sign,
  top10: topK("top10", 26),
  top1: topK("top1", 3),
};

/**
 * Returns the codec of that name.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {codecOf, NO_DITHER} from "consilium/parameters";
 *
 * const codec = codecOf("fp16");
 * const bytes = new Uint8Array(codec.sizeOf(2));
 * codec.encode(Float32Array.of(0.1, 2), bytes, NO_DITHER);
 * const sum = new Float64Array(2);
 * codec.accumulate(bytes, 0, sum);
 * assert.deepEqual(sum, Float64Array.of(0.0999755859375, 2));
 * ```
 */
export function codecOf(name: CodecName): Codec {
  return CODECS[name];
}
