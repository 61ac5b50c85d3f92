import {at} from "../core/index.ts";
import type {Mass} from "../parameters/index.ts";
import type {MemberId} from "../rounds/index.ts";
import {isSame, isUpTo} from "./state.ts";
import type {ExchangeId, SegmentState, Step} from "./types.ts";

/** Mass on its way to a member, or mass that a member will apply on request. */
export interface MassInTransit {
  readonly peer: MemberId;
  readonly id: ExchangeId;
  readonly mass: Mass;
}

/** Everything that one member's part of a segment holds of the common mass, for a ledger. */
export interface SegmentMasses {
  /** Units of own work that are in the mass. */
  readonly units: number;
  /** `[d]`, s together with the progress that waits to enter it: a copy. */
  readonly own: Mass;
  /** Changes that it has promised to apply: W (q_peer - q_own). */
  readonly promised: readonly MassInTransit[];
  /** Shares that it has sent. */
  readonly outbox: readonly MassInTransit[];
  /** Tells whether it has decided that the acceptor `peer` is to apply exchange `id`. */
  hasDecided(peer: MemberId, id: ExchangeId): boolean;
  /** Tells whether it has applied share `id` of `peer`. */
  hasReceived(peer: MemberId, id: ExchangeId): boolean;
}

function promisedIn({own: {mass: own}, edges}: Step): MassInTransit[] {
  return [...edges.values()].flatMap(({peer, id, role, share, theirs}) => {
    if (role !== "acceptor" || theirs === null) return [];
    const values = own.values.map((value, index) => share * ((theirs.values[index] as number) - value));
    return [{peer, id, mass: {values, weight: share * (theirs.weight - own.weight)}}];
  });
}

/** The masses that `state` holds. */
export function massesOf(state: SegmentState): SegmentMasses {
  const {values, weight, pending, step, outbox, committed, received, units} = state;
  const whole =
    pending === null ? values.slice() : values.map((value, index) => value + (pending[index] as number));
  return {
    units,
    own: {values: whole, weight},
    promised: step === null ? [] : promisedIn(step),
    outbox: [...outbox].map(([peer, {id, travelling}]) => ({peer, id, mass: travelling.mass})),
    hasDecided: (peer, id) => {
      const decision = committed.get(peer);
      return decision?.outcome === "mixed" && isSame(id, decision);
    },
    hasReceived: (peer, id) => isUpTo(id, received.get(peer)),
  };
}

/**
 * The sums of s and of w over all members: their own, decided changes that are yet to be applied, and shares
 * that have not arrived. Only own work changes them, whatever messages are lost, repeated or reordered, and
 * whatever crashes.
 */
export function totalMass(members: ReadonlyMap<MemberId, SegmentMasses>): Mass {
  const masses = [...members].flatMap(([member, {own, promised, outbox}]) => [
    own,
    ...promised.filter(({peer, id}) => members.get(peer)?.hasDecided(member, id)).map(({mass}) => mass),
    ...outbox.filter(({peer, id}) => !members.get(peer)?.hasReceived(member, id)).map(({mass}) => mass),
  ]);
  const values = new Float64Array(at(masses, 0).values.length);
  for (const mass of masses) {
    for (let index = 0; index < values.length; index++) {
      values[index] = (values[index] as number) + (mass.values[index] as number);
    }
  }
  return {values, weight: masses.reduce((sum, {weight}) => sum + weight, 0)};
}
