import {type Clock, isCoded, type Logger, present} from "../../core/index.ts";
import type {NetworkErrorCode} from "../errors.ts";
import type {LinkFault, LinkTable} from "../link-table.ts";
import type {PeerId} from "../types.ts";
import {type Budgets, createPeerBudget, type Overspent, type PeerBudget} from "./budgets.ts";
import {createExclusion, type Exclusion} from "./exclusion.ts";

/** Dependencies of a guard. */
export interface GuardOptions {
  readonly table: LinkTable;
  readonly budgets: Budgets;
  /** When members' keys expire, in milliseconds since 1970; one that is not here does not. */
  readonly expiries: ReadonlyMap<PeerId, number>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Holds every member to its budget; keeps out for a time those that overspend or break the wire format. */
export interface Guard {
  /** Sets the function that ends a member's link and connections; until then nobody is kept out. */
  attach(end: (peer: PeerId, fault: LinkFault) => void): void;
  /** Tells whether a member is kept out now: for a time, or because its key has expired. */
  isOut(peer: PeerId): boolean;
  /** Why a member that is out is kept out. */
  outBecause(peer: PeerId): LinkFault;
  /** Calls `spend` on the member's budget. A member that overspends is out, and the answer is `false`. */
  allows(peer: PeerId, spend: (budget: PeerBudget, nowMs: number) => Overspent | null): boolean;
  /** Keeps out a member that broke the wire format. */
  violated(peer: PeerId, code: NetworkErrorCode): void;
  /** Returns how long this node must wait before it asks the member for this many bytes, in milliseconds. */
  askWaitMs(peer: PeerId, sizeBytes: number): number;
}

/** Tells whether `error` says that a peer broke the wire format. */
export function isViolation(error: unknown): error is {readonly code: NetworkErrorCode} {
  return isCoded(error, "NETWORK_FRAME_MALFORMED", "NETWORK_FRAME_TOO_LARGE");
}

/** Creates a {@link Guard} of the members in the options' table. */
export function createGuard({table, budgets, expiries, clock, logger}: GuardOptions): Guard {
  const members = new Map<PeerId, {readonly budget: PeerBudget; readonly exclusion: Exclusion}>(
    table
      .links()
      .map(({peer}) => [
        peer,
        {budget: createPeerBudget(budgets, clock.nowMs()), exclusion: createExclusion()},
      ]),
  );
  let end: (peer: PeerId, fault: LinkFault) => void = () => {};
  const exclude = (peer: PeerId, fault: LinkFault): void => {
    const member = members.get(peer);
    if (member === undefined || member.exclusion.isOut(clock.nowMs())) return;
    const timeMs = member.exclusion.offend(clock.nowMs());
    table.get(peer)?.exclude(clock.wallMs() + timeMs);
    logger.warn("a member is kept out for a time", {
      peer,
      code: fault.code,
      detail: fault.detail,
      seconds: timeMs / 1000,
    });
    end(peer, fault);
  };
  const hasExpired = (peer: PeerId): boolean =>
    (expiries.get(peer) ?? Number.POSITIVE_INFINITY) <= clock.wallMs();
  const isOut = (peer: PeerId): boolean =>
    hasExpired(peer) || members.get(peer)?.exclusion.isOut(clock.nowMs()) === true;
  const outBecause = (peer: PeerId): LinkFault => ({
    code: hasExpired(peer) ? "NETWORK_KEY_EXPIRED" : "NETWORK_PEER_EXCLUDED",
  });
  return {
    attach(action) {
      end = action;
    },
    isOut,
    outBecause,
    allows(peer, spend) {
      const member = members.get(peer);
      if (hasExpired(peer)) end(peer, outBecause(peer));
      if (member === undefined || isOut(peer)) return false;
      const overspent = spend(member.budget, clock.nowMs());
      if (overspent !== null) exclude(peer, {code: "NETWORK_BUDGET_EXCEEDED", detail: overspent});
      return overspent === null;
    },
    violated(peer, code) {
      table.get(peer)?.addViolation();
      exclude(peer, {code});
    },
    askWaitMs: (peer, sizeBytes) =>
      present(members.get(peer), "a member's budget").budget.ask(sizeBytes, clock.nowMs()),
  };
}
