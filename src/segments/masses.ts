import type {Mass} from "../parameters/index.ts";
import type {MemberId} from "../rounds/index.ts";
import {isSame, isUpTo} from "./state.ts";
import type {ExchangeId, SegmentState} from "./types.ts";

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

/** The masses that `state` holds. */
export function massesOf(state: SegmentState): SegmentMasses {
  const {values, weight, pending, step, outbox, committed, received, units} = state;
  const promised = [...(step?.edges.values() ?? [])].flatMap(({peer, id, role, share, theirs}) => {
    if (role !== "acceptor" || theirs === null || step === null) return [];
    const own = step.own.mass;
    const delta = own.values.map((value, index) => share * ((theirs.values[index] ?? 0) - value));
    return [{peer, id, mass: {values: delta, weight: share * (theirs.weight - own.weight)}}];
  });
  return {
    units,
    own: {values: values.map((value, index) => value + (pending?.[index] ?? 0)), weight},
    promised,
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
  let weight = 0;
  let values: Float64Array | null = null;
  const add = (mass: Mass): void => {
    const sum = (values ??= new Float64Array(mass.values.length));
    for (let index = 0; index < sum.length; index++)
      sum[index] = (sum[index] ?? 0) + (mass.values[index] ?? 0);
    weight += mass.weight;
  };
  for (const [member, {own, promised, outbox}] of members) {
    add(own);
    for (const {peer, id, mass} of promised) if (members.get(peer)?.hasDecided(member, id)) add(mass);
    for (const {peer, id, mass} of outbox) if (!members.get(peer)?.hasReceived(member, id)) add(mass);
  }
  return {values: values ?? new Float64Array(), weight};
}
