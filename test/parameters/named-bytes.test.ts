import {expect, it} from "vitest";
import {sha256} from "../../src/core/index.ts";
import {isNamed, nameOf} from "../../src/parameters/index.ts";

/** "abc", whose SHA-256 is in FIPS 180-4's examples. */
const BYTES = Uint8Array.of(0x61, 0x62, 0x63);
const NAME = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

it("bytes are named by their hash, and by no other", () => {
  expect(nameOf(sha256, BYTES)).toBe(NAME);
  expect(isNamed(sha256, NAME, BYTES)).toBe(true);
  expect(isNamed(sha256, NAME.toUpperCase(), BYTES)).toBe(false);
  expect(isNamed(sha256, NAME, BYTES.subarray(1))).toBe(false);
});
