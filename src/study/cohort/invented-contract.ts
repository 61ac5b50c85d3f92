import {sha256, toHex} from "../../core/index.ts";

/**
 * Returns the hash of the data contract of invented patients, computed from the terms of their invention.
 * @param terms plain JSON
 */
export function inventedContract(terms: readonly unknown[]): string {
  const text = JSON.stringify(["consilium/invented-contract/1", ...terms]);
  return toHex(sha256(new TextEncoder().encode(text)));
}

/** Origin and licence of invented patients, as reports show them. */
export function inventedSource(seed: number): string {
  return `Synthetic; invented by Consilium's simulator from seed ${seed}. No real patient has part in it.`;
}
