import {CodedError, type Hash, toHex} from "../core/index.ts";
import {type Codec, LARGEST_PEER_ESTIMATE, type Mass, massOf} from "../parameters/index.ts";

/**
 * Least weight of a peer's mass. No plan makes one so light, and swaps with one would reduce one's own weight
 * until binary32 ends.
 */
const LEAST_PEER_WEIGHT = 2 ** -64;

/** Requirements of a mass. */
export interface MassExpectation {
  /**
   * Hash of a peer's bytes, because both sides of an exchange must read the same; null for this member's own
   * bytes.
   */
  readonly hash: string | null;
  readonly values: number;
  /** Greatest possible weight of a mass. */
  readonly maximumWeight: number;
}

/**
 * Decodes a mass that a peer, or a unit of work, has made.
 * @returns a new mass, owned by the caller
 * @throws PARAMETERS_WRONG_SIZE, PARAMETERS_NOT_FINITE, PARAMETERS_WRONG_WEIGHT, GOSSIP_MASS_INVALID
 */
export function openMass(hash: Hash, codec: Codec, bytes: Uint8Array, expected: MassExpectation): Mass {
  const isOwn = expected.hash === null;
  const mass = massOf(codec, bytes, expected.values, isOwn ? undefined : LARGEST_PEER_ESTIMATE);
  if (!isOwn && mass.weight < LEAST_PEER_WEIGHT) {
    throw new CodedError("GOSSIP_MASS_INVALID", "a mass is lighter than any can be");
  }
  if (mass.weight > expected.maximumWeight) {
    throw new CodedError("GOSSIP_MASS_INVALID", "a mass is heavier than any can be");
  }
  if (expected.hash !== null && toHex(hash(bytes)) !== expected.hash) {
    throw new CodedError("GOSSIP_MASS_INVALID", "a mass is not the one that was announced");
  }
  return mass;
}
