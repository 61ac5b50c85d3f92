import {isCoded} from "../../src/core/index.ts";

/** What is fed with changed bytes: it takes them or refuses them with a code; anything else it throws is a bug. */
export interface FuzzTarget {
  readonly name: string;
  readonly seeds: readonly Uint8Array[];
  /** Bytes of framing before each seed's CBOR item. */
  readonly skip: number;
  /** @returns whether the bytes were accepted */
  feed(bytes: Uint8Array): boolean;
  /** Items held between two inputs, which must stay bounded. */
  held(): number;
}

/** Something a target did that it never may. */
export class BrokenLaw extends Error {}

/** Whether `action` goes well, rather than refusing with a code. */
export function accepts(action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (isCoded(error)) return false;
    throw error;
  }
}
