import {CodedError, type Hash, toHex} from "../../core/index.ts";
import {type Codec, type Mass, massOf} from "../../parameters/index.ts";

/** What a mass from a peer must be. */
export interface MassExpectation {
  /** Of its bytes: both sides of an exchange must read the same. Null: whatever it is. */
  readonly hash: string | null;
  readonly values: number;
  /** No mass can be heavier. */
  readonly maximumWeight: number;
}

/**
 * Decodes a mass that a peer, or a unit of work, has made.
 * @returns a new mass, owned by the caller
 * @throws PARAMETERS_WRONG_SIZE, PARAMETERS_NOT_FINITE, PARAMETERS_WRONG_WEIGHT, GOSSIP_MASS_INVALID
 */
export function openMass(hash: Hash, codec: Codec, bytes: Uint8Array, expected: MassExpectation): Mass {
  const mass = massOf(codec, bytes, expected.values);
  if (mass.weight > expected.maximumWeight) {
    throw new CodedError("GOSSIP_MASS_INVALID", "a mass is heavier than any can be");
  }
  if (expected.hash !== null && toHex(hash(bytes)) !== expected.hash) {
    throw new CodedError("GOSSIP_MASS_INVALID", "a mass is not the one that was announced");
  }
  return mass;
}
