import {sha256, toHex} from "../../core/index.ts";
import {type Arithmetic, type Primitives, parameterArithmetic} from "../../rounds/index.ts";

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

function seal(by: string, bytes: Uint8Array): Uint8Array {
  const name = new TextEncoder().encode(by);
  const sealed = new Uint8Array(name.length + bytes.length);
  sealed.set(name);
  sealed.set(bytes, name.length);
  return sha256(sealed);
}

/** Returns a member's primitives in a simulation. Its seal is a hash, because nobody there forges one. */
export function simulatedPrimitives(self: string, arithmetic: Arithmetic): Primitives {
  return {
    hash: sha256,
    arithmetic,
    sign: (bytes) => seal(self, bytes),
    verify: (by, bytes, signature) => isEqual(seal(by, bytes), signature),
  };
}

/**
 * Returns the arithmetic that all members of a simulation share. A robust rule that all apply to the same
 * bytes has one answer, which is computed once.
 */
export function sharedArithmetic(): Arithmetic {
  let last: {readonly key: string; readonly answer: ReturnType<Arithmetic["mixRobustly"]>} | null = null;
  return {
    ...parameterArithmetic,
    mixRobustly(rule, shape, contributions) {
      const {buffer, byteOffset, byteLength} = shape.reference;
      const reference = new Uint8Array(buffer, byteOffset, byteLength);
      const hashes = [reference, ...contributions].map((bytes) => toHex(sha256(bytes)));
      const key = [JSON.stringify(rule), ...hashes].join();
      if (last?.key !== key)
        last = {key, answer: parameterArithmetic.mixRobustly(rule, shape, contributions)};
      return {...last.answer, values: last.answer.values.slice()};
    },
  };
}
