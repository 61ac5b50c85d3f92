import {networkOf, unmapped} from "./address-class.ts";

/** An incoming connection must have sent its first byte after this long, in milliseconds. */
export const FIRST_BYTE_MS = 2_000;

/** An incoming connection must have proved who it is after this long, in milliseconds. */
export const UPGRADE_MS = 5_000;

/** One address has at least so many places: members may share one behind NAT, and all come back at once. */
const LEAST_PER_ADDRESS = 8;

/** All unknown addresses together have at least so many. */
const LEAST_PLACES = 64;

/** A network, the /24 or /64, has so many times the places of one address. */
const ADDRESSES_PER_NETWORK = 2;

/** How many incomplete connections there may be. */
export interface Places {
  /** From one address. */
  readonly perAddress: number;
  /** From one /24 of IPv4 or /64 of IPv6. */
  readonly perNetwork: number;
  /** From all addresses at which no member is known. */
  readonly unknown: number;
  /** From addresses at which members are known: strangers cannot take these. */
  readonly kept: number;
}

/** The places of a node whose roster has `members`. */
export function placesFor(members: number): Places {
  const perAddress = Math.max(LEAST_PER_ADDRESS, members);
  return {
    perAddress,
    perNetwork: ADDRESSES_PER_NETWORK * perAddress,
    unknown: Math.max(LEAST_PLACES, 4 * members),
    kept: Math.max(LEAST_PLACES, 4 * members),
  };
}

/** The place of an incomplete connection. */
export interface Place {
  /** Its first byte came. */
  spoke(): void;
  /** It is complete, or has ended; may be said twice. */
  leave(): void;
}

/** Deals out the places of incomplete connections. */
export interface Admission {
  /**
   * A place for a connection from `ip`. Where none is free, whoever has been silent longest in the same scope makes
   * way, as a caller speaks at once: `evict` ends it. Without anyone silent there is no place.
   */
  enter(ip: string, evict: () => void): Place | null;
  /** How many incomplete connections there are. */
  readonly pending: number;
}

interface Pending {
  readonly address: string;
  readonly network: string;
  readonly isKnown: boolean;
  readonly evict: () => void;
  hasSpoken: boolean;
}

/**
 * An {@link Admission}.
 * @param isKnown whether a member is known at an address
 */
export function createAdmission(places: Places, isKnown: (ip: string) => boolean): Admission {
  // In the order of their coming.
  const pending = new Set<Pending>();
  /** Makes room among those of `scope`; whether there is any now. */
  const makeRoom = (most: number, scope: (one: Pending) => boolean): boolean => {
    const rivals = [...pending].filter(scope);
    if (rivals.length < most) return true;
    const oldest = rivals.find(({hasSpoken}) => !hasSpoken);
    if (oldest === undefined) return false;
    pending.delete(oldest);
    oldest.evict();
    return true;
  };
  return {
    get pending() {
      return pending.size;
    },
    enter(ip, evict) {
      const address = unmapped(ip);
      const entry: Pending = {
        address,
        network: networkOf(address),
        isKnown: isKnown(address),
        evict,
        hasSpoken: false,
      };
      const all = entry.isKnown ? places.kept : places.unknown;
      const hasRoom =
        makeRoom(places.perAddress, (one) => one.address === entry.address) &&
        makeRoom(places.perNetwork, (one) => one.network === entry.network) &&
        makeRoom(all, (one) => one.isKnown === entry.isKnown);
      if (!hasRoom) return null;
      pending.add(entry);
      return {
        spoke() {
          entry.hasSpoken = true;
        },
        leave: () => void pending.delete(entry),
      };
    },
  };
}
