import {createHash} from "node:crypto";
import {
  challengeOf,
  codecOf,
  encodeContribution,
  innerProducts,
  isSumOf,
  partition,
  stridesPerProduct,
  sumChunk,
} from "../../src/parameters/index.ts";
import {type Figure, leastOf, RUNS} from "./figure.ts";

const VALUES = 1_000_000;
const MEMBERS = 4;
/** 15 % of the bar of a round of four members with as many values. */
const BAR_MS = 0.15 * 150;
const WARM_UP = 5;

const sha256 = (bytes: Uint8Array): Uint8Array => createHash("sha256").update(bytes).digest();

/** What the check of a round's sums costs each of four members (docs/adr/0040), in processor time alone. */
function checkMs(): number {
  const codec = codecOf("fp16");
  const update = Float32Array.from({length: VALUES}, (_, index) => Math.sin(index) * 1e-3);
  const {bytes} = encodeContribution(codec, update, [0.25]);
  const chunks = partition(codec, VALUES, MEMBERS);
  const cut = chunks.map(({offsetBytes, lengthBytes}) =>
    bytes.subarray(offsetBytes, offsetBytes + lengthBytes),
  );
  const sums = chunks.map((chunk, index) => {
    const parts = Array.from({length: MEMBERS}, () => cut[index] ?? bytes);
    const dither = {key: [0, 0], first: chunk.firstValue} as const;
    return sumChunk(sha256, {codec, chunk, dither}, parts).bytes;
  });
  const strides = stridesPerProduct(VALUES);
  const startMs = performance.now();
  // The hashes of its own parts, and of those that it is given.
  for (const part of cut) sha256(part);
  for (let peer = 1; peer < MEMBERS; peer++) sha256(cut[0] ?? bytes);
  const products = Array.from({length: MEMBERS}, (_, member) => {
    const coefficients = challengeOf(
      Uint8Array.from({length: 16}, (__, at) => 16 * member + at),
      VALUES,
    );
    return chunks.map((chunk, index) =>
      innerProducts({codec, chunk, coefficients, strides}, cut[index] ?? bytes),
    );
  });
  const coefficients = challengeOf(
    Uint8Array.from({length: 16}, (_, at) => at),
    VALUES,
  );
  const isRight = chunks.every((chunk, index) => {
    const own = products[0]?.[index] ?? new Float64Array();
    const parts = Array.from({length: MEMBERS}, () => own);
    return isSumOf({codec, chunk, coefficients, strides}, sums[index] ?? bytes, parts);
  });
  if (!isRight) throw new Error("the check refuses a right sum");
  return performance.now() - startMs;
}

/** What the check of the sums of 4 x 1,000,000 values costs a member; messages are not in it, a whole round has them. */
export function measureSumCheck(): Figure {
  for (let count = 0; count < WARM_UP; count++) checkMs();
  return leastOf("gossip/sum-check-4x1m-ms", "ms", Array.from({length: RUNS}, checkMs), BAR_MS);
}
