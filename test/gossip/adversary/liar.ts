import {isCoded, sha256} from "../../../src/core/index.ts";
import {createSession, type Session} from "../../../src/gossip/index.ts";
import {bodyHash, genesisHash, readyBytes, voteBytes} from "../../../src/rounds/certificate.ts";
import type {
  CertificateBody,
  Effect,
  Event,
  Frame,
  MemberId,
  SessionSetup,
  VoteStep,
} from "../../../src/rounds/index.ts";

type FrameOf<Type extends Frame["type"]> = Extract<Frame, {type: Type}>;
type Send = Extract<Effect, {type: "send"}>;

/** What a liar's own, honest session has just done, and what it may go by. */
export interface Scene {
  readonly setup: SessionSetup;
  readonly event: Event;
  readonly effects: readonly Effect[];
  readonly session: Session;
  /** The round under way before the event. */
  readonly round: number;
  readonly nowMs: number;
}

/** What a liar does instead of what its session would have it do. */
export type Script = (scene: Scene) => readonly Effect[];

/** A member with its own key whose session is honest and whose effects are bent by `script`. */
export function openLiar(setup: SessionSetup, script: Script): Session {
  const session = createSession(setup);
  return {
    ...unchanged(session),
    handle(event, nowMs) {
      const {round} = session.view();
      const effects = forgiving(session, event, nowMs);
      return [...script({setup, event, effects, session, round, nowMs})];
    },
  };
}

/** A member as it is in a node, which outlives a peer's bad bytes. */
export function openHonest(setup: SessionSetup): Session {
  const session = createSession(setup);
  return {...unchanged(session), handle: (event, nowMs) => forgiving(session, event, nowMs)};
}

function unchanged(session: Session): Pick<Session, "view" | "checkpoint"> {
  return {view: () => session.view(), checkpoint: () => session.checkpoint()};
}

function forgiving(session: Session, event: Event, nowMs: number): Effect[] {
  try {
    return session.handle(event, nowMs);
  } catch (error) {
    if (!isCoded(error)) throw error;
    return [];
  }
}

/** All members but the liar, in order. */
export function othersOf({self, members}: SessionSetup): MemberId[] {
  return members.filter((member) => member !== self);
}

/** Sends each of `frames` to each of `to`. */
export function say(to: readonly MemberId[], ...frames: readonly Frame[]): Send[] {
  return frames.flatMap((frame) => to.map((member): Send => ({type: "send", to: member, frame})));
}

/** Frames of that type become what `change` makes of them. */
export function bending<Type extends Frame["type"]>(
  effects: readonly Effect[],
  type: Type,
  change: (frame: FrameOf<Type>, to: MemberId) => readonly Frame[],
): Effect[] {
  const isSuch = (frame: Frame): frame is FrameOf<Type> => frame.type === type;
  return effects.flatMap((effect) => {
    if (effect.type !== "send" || !isSuch(effect.frame)) return [effect];
    return change(effect.frame, effect.to).map((frame): Effect => ({...effect, frame}));
  });
}

/** The liar's signed vote. */
export function voteBy(
  {run, primitives}: SessionSetup,
  {
    round,
    ballot,
    step,
    body,
  }: {readonly round: number; readonly ballot: number; step: VoteStep; body: string},
): FrameOf<"vote"> {
  const signature = primitives.sign(voteBytes({run, round, ballot, step, body}));
  return {run, round, type: "vote", ballot, step, body, signature};
}

/** The liar's signed word that it is ready with `contribution`. */
export function readyBy(
  {run, primitives}: SessionSetup,
  {round, parent, contribution}: {readonly round: number; readonly parent: string; contribution: string},
): FrameOf<"ready"> {
  const signature = primitives.sign(readyBytes({run, round, contribution}));
  return {run, round, type: "ready", contribution, parent, signature};
}

/** A proposal of `body`, signed by the liar. */
export function proposalBy(setup: SessionSetup, ballot: number, body: CertificateBody): FrameOf<"propose"> {
  const {run} = setup;
  const {round} = body;
  const {signature} = voteBy(setup, {round, ballot, step: "accept", body: bodyHash(sha256, body)});
  return {run, round, type: "propose", ballot, body, proof: null, signature};
}

/** A body that a voter can find no fault with but that nobody mixed it, over the members' weights. */
export function madeUpBody(
  {setup, session}: Pick<Scene, "setup" | "session">,
  weight: number,
  result: string,
): CertificateBody {
  const {certified, round} = session.view();
  const before = certified?.certificate.body;
  return {
    run: setup.run,
    round,
    attempt: 0,
    group: "5a".repeat(32),
    roster: setup.roster,
    parent: before === undefined ? genesisHash(sha256, setup.run) : bodyHash(sha256, before),
    contributors: [...setup.members],
    weight,
    peakWeight: Math.max(weight, before?.peakWeight ?? 0),
    result,
  };
}
