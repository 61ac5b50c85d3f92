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

/** Returns the codec of that name. */
export function codecOf(name: CodecName): Codec {
  return CODECS[name];
}
