import {present, sha256, toHex, unreachable} from "../core/index.ts";
import type {Certificate, Certified} from "../rounds/index.ts";
import type {
  Announced,
  Fate,
  OwnWork,
  ParticipantEffect,
  ParticipantEvent,
  ParticipantSetup,
  ParticipantState,
} from "./own-round.ts";
import {MAX_REBASE_GAP_ROUNDS} from "./rebase.ts";
import {encodeState, type SiteState, type StoredState} from "./site-state.ts";
import {nextRound} from "./stages.ts";

/**
 * A site's own half of the rounds, the owner of what becomes of its contributions. Sans-I/O: every event
 * returns the effects to carry out, in order; the state changes nowhere else.
 */
export interface Participant {
  handle(event: ParticipantEvent): readonly ParticipantEffect[];
  view(): ParticipantState;
}

/**
 * A {@link Participant} that goes on from `state`.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {createParticipant, freshParticipant} from "consilium/participant";
 *
 * const untrained = {own: new Float32Array(3), control: new Float32Array(0)};
 * const site = createParticipant({self: "north", isTraining: () => true}, freshParticipant(untrained));
 * const [effect] = site.handle({type: "begin", certified: null});
 * assert.equal(effect?.type, "work");
 * assert.deepEqual(site.view().own, {stage: "working", round: 0});
 * ```
 */
export function createParticipant(setup: ParticipantSetup, state: ParticipantState): Participant {
  let now = state;
  return {
    handle(event) {
      const {next, effects} = step(setup, now, event);
      const needed = new Set(neededBlobs(next));
      const removed = neededBlobs(now).filter((hash) => !needed.has(hash));
      now = next;
      return [...effects, ...removed.map((hash) => ({type: "remove", hash}) as const)];
    },
    view: () => now,
  };
}

/** The state of a site that has handed in nothing yet. */
export function freshParticipant(state: SiteState): ParticipantState {
  return {own: {stage: "idle"}, missed: null, keptBack: null, site: {state, hash: null}};
}

/** Hashes of the blobs that must stay on disk: the site's states, and its contribution of the round. */
export function neededBlobs({own, site}: ParticipantState): readonly string[] {
  const settled = site.hash === null ? [] : [site.hash];
  if (own.stage === "keeping") return [...settled, own.state.hash];
  if (own.stage !== "announced") return settled;
  const next = own.state === null ? [] : [own.state.hash];
  return [...settled, ...next, own.work.release.hash];
}

interface Step {
  readonly next: ParticipantState;
  readonly effects: readonly ParticipantEffect[];
}

function step(setup: ParticipantSetup, state: ParticipantState, event: ParticipantEvent): Step {
  switch (event.type) {
    case "begin":
      return begin(state, event.certified);
    case "done":
      return finish(state, event.work);
    case "written":
      return announceWritten(state, event.hash);
    case "certified":
      return {next: settle(setup, state, event.certificate), effects: []};
    default:
      return unreachable(event);
  }
}

function begin(state: ParticipantState, certified: Certified | null): Step {
  const round = nextRound(certified);
  const {own, missed, keptBack, site} = state;
  if (own.stage === "announced") {
    // Restored from disk: this release, and no other, is the round's.
    const work = present(own.work.round === round ? own.work : null, "the certificate of the announced work");
    return {next: state, effects: [handIn(work)]};
  }
  const progress = missed && {update: missed.update, gapRounds: round - missed.round};
  const task = {certified, round, progress, keptBack, state: site.state};
  return {next: {...state, own: {stage: "working", round}}, effects: [{type: "work", task}]};
}

function finish(state: ParticipantState, work: OwnWork): Step {
  const {own} = state;
  // The round went on without it.
  if (own.stage !== "working" || own.round !== work.round) return {next: state, effects: []};
  if (work.ifUsed.state === null) return announce(state, work, null);
  const bytes = encodeState(work.ifUsed.state);
  const hash = toHex(sha256(bytes));
  const line = {round: work.round, contribution: work.release.hash, state: hash};
  return {
    next: {...state, own: {stage: "keeping", work, state: {state: work.ifUsed.state, hash}}},
    effects: [{type: "write", bytes, line}],
  };
}

function announceWritten(state: ParticipantState, hash: string): Step {
  const {own} = state;
  if (own.stage !== "keeping" || own.state.hash !== hash) return {next: state, effects: []};
  return announce(state, own.work, own.state);
}

function announce(before: ParticipantState, work: OwnWork, state: StoredState | null): Step {
  // The work began from the missed update, so it contains that update.
  return {next: {...before, own: {stage: "announced", work, state}, missed: null}, effects: [handIn(work)]};
}

function handIn({round, release}: OwnWork): ParticipantEffect {
  return {type: "hand-in", round, release};
}

function settle(
  setup: ParticipantSetup,
  state: ParticipantState,
  {body: {round, contributors}}: Certificate,
): ParticipantState {
  const {own} = state;
  switch (own.stage) {
    case "announced": {
      const known: Fate = contributors.includes(setup.self) ? "used" : "unused";
      return withFate(setup, state, own, round === own.work.round ? known : "unknown");
    }
    case "working":
    case "keeping":
      return {...state, own: {stage: "idle"}, missed: worthKeeping(state.missed, round)};
    case "idle":
    case "settled":
      return {...state, missed: worthKeeping(state.missed, round)};
    default:
      return unreachable(own);
  }
}

function withFate(
  {isTraining}: ParticipantSetup,
  before: ParticipantState,
  {work, state}: Announced,
  fate: Fate,
): ParticipantState {
  const {round, update, ifUsed} = work;
  const own = {stage: "settled", round, fate} as const;
  if (fate === "unused") return {...before, own, missed: isTraining(round) ? {round, update} : null};
  // A release of unknown fate may be in the snapshot: its update must never be applied a second time.
  return {...before, own, keptBack: ifUsed.keptBack ?? before.keptBack, site: state ?? before.site};
}

function worthKeeping(missed: ParticipantState["missed"], certified: number): ParticipantState["missed"] {
  const gapRounds = missed === null ? 0 : certified + 1 - missed.round;
  return gapRounds > MAX_REBASE_GAP_ROUNDS ? null : missed;
}
