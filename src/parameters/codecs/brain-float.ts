const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

function bitsOf(value: number): number {
  scratch[0] = value;
  return scratchBits[0] as number;
}

/** The value of bfloat16 `bits`: the upper half of a binary32. */
export function fromBrainFloat(bits: number): number {
  scratchBits[0] = (bits << 16) >>> 0;
  return scratch[0] as number;
}

/**
 * Least bfloat16 that is at least `value`, but at most the largest finite one. `value` is finite and not
 * negative.
 */
export function brainFloatAbove(value: number): number {
  const bits = bitsOf(value);
  return Math.min(0x7f7f, (bits + 0xffff) >>> 16);
}

/**
 * The bfloat16 nearest to `value`, ties to even, but at most the largest finite one. `value` is finite and
 * not negative.
 */
export function brainFloatNear(value: number): number {
  const bits = bitsOf(value);
  return Math.min(0x7f7f, (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
}
