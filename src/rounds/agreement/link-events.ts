import {noteStrangers} from "../exchange/exchange.ts";
import type {FetchPurpose} from "../exchange/fetch-purpose.ts";
import {repeatWords} from "../exchange/missing-words.ts";
import {resendMasses} from "../exchange/phased-exchange.ts";
import type {MemberId} from "../quorum.ts";
import {onAttemptBroken, repeatTimeout} from "./ballots.ts";
import {settle} from "./decision.ts";
import {considerStart} from "./gathering.ts";
import {armPatience} from "./patience.ts";
import {cancelFetches, type RoundContext, sendTo} from "./round-state.ts";
import {repeatVotes} from "./voting.ts";

/** Handles a link that has come up: repeats to the member the words that it may have missed. */
export function onLinkUp(context: RoundContext, peer: MemberId): void {
  const {state} = context;
  state.linked.add(peer);
  state.heard.add(peer);
  if (state.decided !== null) return settle(context);
  const own = state.ready.get(state.setup.self);
  const {parent} = state.setup.rules;
  if (own !== undefined && parent !== null) sendTo(context, [peer], {type: "ready", parent, ...own});
  repeatTimeout(context, peer);
  repeatStart(context, peer);
  repeatWords(context, peer);
  resendMasses(context, peer);
  repeatVotes(context, [peer]);
  armPatience(context);
  return considerStart(context, false);
}

function repeatStart(context: RoundContext, peer: MemberId): void {
  const {lead, exchange} = context.state;
  if (lead?.phase !== "mixing" || exchange === null) return;
  const {ballot, trial, participants} = exchange;
  sendTo(context, [peer], {type: "start", ballot, trial, participants});
}

/** Handles a link that has gone down: members that waited for it look for another way. */
export function onLinkDown(context: RoundContext, peer: MemberId): void {
  const {state} = context;
  const {lead, exchange, setup} = state;
  state.linked.delete(peer);
  state.heard.delete(peer);
  turnFrom(context, peer);
  if (state.decided !== null) return;
  const takesPart = exchange?.participants.some(({member}) => member === peer) ?? false;
  if (lead?.phase === "mixing" && takesPart) {
    // A link that went down in an attempt may come and go: its member is not waited for again.
    noteStrangers(context, setup.self, peer);
    onAttemptBroken(context);
  } else if (lead !== null) considerStart(context, false);
  else if (setup.order.leaderOf(state.ballot) === peer) armPatience(context);
}

/** Looks for the round's result elsewhere if the member that was giving it has gone. */
function turnFrom(context: RoundContext, peer: MemberId): void {
  const isFromPeer = (purpose: FetchPurpose): boolean =>
    purpose.kind === "snapshot" && purpose.member === peer;
  if (!cancelFetches(context, isFromPeer)) return;
  context.state.failedFetches += 1;
  settle(context);
}
