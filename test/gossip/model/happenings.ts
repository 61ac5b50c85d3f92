import {restoreSession} from "../../../src/gossip/index.ts";
import {onLinkDown, onLinkUp} from "../../../src/rounds/agreement/link-events.ts";
import {
  closeRound,
  contribute,
  onFetched,
  onFetchFailed,
  onFrame,
  onPersisted,
  onTimer,
} from "../../../src/rounds/agreement/round.ts";
import {createRoundState} from "../../../src/rounds/agreement/round-state.ts";
import type {TimerName} from "../../../src/rounds/index.ts";
import {RUN} from "../consortium.ts";
import {CONTRIBUTIONS, COUNT, NAMES, SETUPS} from "./cast.ts";
import {act, change, indexOf, send, without} from "./moves.ts";
import {type Flying, frameText, type Member, recordText, type State} from "./state.ts";

/** The certificate that a member past the round answers with. */
function answer(state: State, index: number, to: number): State {
  const certificate = state.members[index]?.done;
  return certificate == null
    ? state
    : send(state, index, to, {type: "certificate", run: RUN, round: 0, certificate});
}

/** Whether a frame will never do anything: its taker knows the outcome already. */
function isIdle(state: State, {to, frame}: Flying): boolean {
  const member = state.members[to];
  const asks = frame.type === "ready" || frame.type === "timeout" || frame.type === "ask";
  if (member?.done != null) return !asks;
  return member?.round?.decided != null && !asks;
}

/** The state without the frames that will never do anything; their deliveries would only multiply the orders. */
export function withoutIdle(state: State): State {
  const flying = state.flying.filter((each) => !isIdle(state, each));
  return flying.length === state.flying.length ? state : {...state, flying};
}

/** What members of an attempt say to check its sums decides nothing, and would multiply the orders: it is heard at once. */
const AT_ONCE: readonly string[] = ["parts", "challenge", "products", "again", "waiting"];

/** The state in which all that is heard at once has been heard. */
export function withWordsHeard(state: State): State {
  let next = state;
  for (;;) {
    const at = next.flying.findIndex(({frame}) => AT_ONCE.includes(frame.type));
    if (at < 0) return next;
    next = deliver(next, at);
  }
}

/** Indices of the frames that are next on their links, which are streams: from each member to each other. */
export function nextFrames({flying}: State): number[] {
  const seen = new Set<number>();
  return flying.flatMap(({from, to}, at) => {
    const link = COUNT * from + to;
    if (seen.has(link)) return [];
    seen.add(link);
    return [at];
  });
}

/** A frame arrives. */
export function deliver(state: State, at: number): State {
  const flying = state.flying[at];
  if (flying === undefined) return state;
  const next = {...state, flying: without(state.flying, at)};
  const {from, to, frame} = flying;
  if (next.members[to]?.done != null) {
    return ["ready", "timeout", "ask"].includes(frame.type) ? answer(next, to, from) : next;
  }
  return act(next, to, `${from} says ${frameText(frame)}`, (context) =>
    onFrame(context, NAMES[from] ?? "", frame),
  );
}

/** A transfer ends: with the bytes, if the giver is there and has them. */
export function completeFetch(state: State, index: number, at: number): State {
  const fetch = state.members[index]?.fetches[at];
  const outstanding = state.members[index]?.round?.fetches.get(fetch?.id ?? -1);
  if (fetch === undefined) return state;
  const name = `fetch ${fetch.from} ${fetch.hash}`;
  const next = change(state, index, `ended ${name}`, ({fetches}) => ({fetches: without(fetches, at)}));
  if (outstanding === undefined) return next;
  const blob = state.members[indexOf(fetch.from)]?.blobs.get(fetch.hash);
  const {id} = fetch;
  return act(next, index, `${blob === undefined ? "failed" : "made"} ${name}`, (context) => {
    context.state.fetches.delete(id);
    if (blob === undefined) onFetchFailed(context, outstanding);
    else onFetched(context, outstanding.purpose, blob.slice(fetch.offset, fetch.offset + fetch.length));
  });
}

/** Puts the first write that was asked for on disk. */
function land(state: State, index: number): State {
  const write = state.members[index]?.writes[0];
  if (write === undefined) return state;
  return change(state, index, "land", ({writes, disk}) => ({
    writes: writes.slice(1),
    disk: [...disk, write.record],
  }));
}

/** A write has reached the disk, and its process hears of it. */
export function completeWrite(state: State, index: number): State {
  const write = state.members[index]?.writes[0];
  const purpose = state.members[index]?.round?.persists.get(write?.id ?? -1);
  const next = land(state, index);
  if (write === undefined || purpose === undefined) return next;
  const {record} = write;
  if (record.kind !== "certificate") {
    return act(next, index, `wrote ${recordText(record)}`, (context) => {
      context.state.persists.delete(write.id);
      onPersisted(context, purpose);
    });
  }
  return end(act(next, index, "close", closeRound), index, record);
}

/** The member is past the round. */
function end(
  state: State,
  index: number,
  record: Extract<Member["disk"][number], {kind: "certificate"}>,
): State {
  const {certificate, snapshot} = record;
  return change(state, index, `end ${recordText(record)}`, ({blobs}) => ({
    round: null,
    done: certificate,
    timers: new Set(),
    fetches: [],
    blobs: new Map([...blobs, [snapshot.hash, snapshot.bytes]]),
  }));
}

/** A timer has run out. */
export function fire(state: State, index: number, timer: TimerName): State {
  const next = change(state, index, `disarm ${timer}`, ({timers}) => ({
    timers: new Set([...timers].filter((armed) => armed !== timer)),
  }));
  return timer === "catch-up"
    ? next
    : act(next, index, `timer ${timer}`, (context) => onTimer(context, timer));
}

/** What a process that has ended leaves of itself. */
export const EMPTY = {
  round: null,
  done: null,
  blobs: new Map(),
  timers: new Set<TimerName>(),
  fetches: [],
  writes: [],
};

/** Ends a member's process after `landed` more of its writes have reached the disk; its links end with it. */
export function crash(state: State, index: number, landed: number): State {
  let next = state;
  for (let count = 0; count < landed; count++) next = land(next, index);
  next = change(next, index, "die", () => ({...EMPTY, isUp: false}));
  next = {...next, flying: next.flying.filter(({from, to}) => from !== index && to !== index)};
  for (const [other, {isUp}] of next.members.entries()) {
    if (isUp) next = act(next, other, `down ${index}`, (context) => onLinkDown(context, NAMES[index] ?? ""));
  }
  return next;
}

/** Starts a member from its disk, and brings its links up. */
export function start(state: State, index: number): State {
  const setup = SETUPS[index];
  const own = CONTRIBUTIONS[index];
  const member = state.members[index];
  if (setup === undefined || own === undefined || member === undefined) return state;
  const {certified, round} = restoreSession(member.disk);
  let next = change(state, index, "up", () => ({isUp: true}));
  if (certified === null) {
    const fresh = createRoundState(setup, {linked: [], heard: NAMES, equivocators: new Set<string>()}, round);
    next = change(next, index, "open", () => ({round: fresh}));
    next = act(next, index, "contribute", (context) => contribute(context, round?.contribution ?? own));
  } else {
    next = end(next, index, {kind: "certificate", ...certified});
  }
  for (const [other, {isUp}] of next.members.entries()) {
    if (!isUp || other === index) continue;
    next = linkUp(linkUp(next, index, other), other, index);
  }
  return next;
}

function linkUp(state: State, index: number, peer: number): State {
  if (state.members[index]?.done != null) return state;
  const asked = send(state, index, peer, {type: "ask", run: RUN, round: 0});
  return act(asked, index, `link ${peer}`, (context) => onLinkUp(context, NAMES[peer] ?? ""));
}
