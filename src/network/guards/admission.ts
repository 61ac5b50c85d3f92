import {networkOf, unmapped} from "../address-class.ts";

/** Time within which an incoming connection must have sent its first byte, in milliseconds. */
export const FIRST_BYTE_MS = 2_000;

/** Time within which an incoming connection must have proved its identity, in milliseconds. */
export const UPGRADE_MS = 5_000;

/** Fewest places of one address: members may share one behind NAT, and all may come back at once. */
const LEAST_PER_ADDRESS = 8;

/** Fewest places of all unknown addresses together. */
const LEAST_PLACES = 64;

/** A network, the /24 or /64, has this many times the places of one address. */
const ADDRESSES_PER_NETWORK = 2;

/** Limits on the number of incomplete connections. */
export interface Places {
  /** From one address. */
  readonly perAddress: number;
  /** From one /24 of IPv4 or /64 of IPv6. */
  readonly perNetwork: number;
  /** From all addresses at which no member is known. */
  readonly unknown: number;
  /** From addresses at which members are known; strangers cannot take these. */
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
export interface ConnectionPlace {
  /** Notes that its first byte came. */
  spoke(): void;
  /** Gives the place back when the connection is complete or has ended; a second call does nothing. */
  leave(): void;
}

/** Deals out the places of incomplete connections. */
export interface Admission {
  /**
   * Gives a place to a connection from `ip`. If none is free, the connection in the same scope that has been
   * silent longest makes way, because an honest caller speaks at once: its `evict` is called. Returns null if
   * none is silent.
   */
  enter(ip: string, evict: () => void): ConnectionPlace | null;
  /** Number of incomplete connections. */
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
 * Creates an {@link Admission}.
 * @param isKnown tells whether a member is known at an address
 */
export function createAdmission(places: Places, isKnown: (ip: string) => boolean): Admission {
  // In order of arrival.
  const pending = new Set<Pending>();
  /** Makes room among those of `scope`; returns whether there is room now. */
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
