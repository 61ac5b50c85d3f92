import type {Session} from "../../../src/gossip/index.ts";
import type {MemberId, QuorumRule, Report, RoundMixing, SessionSetup} from "../../../src/rounds/index.ts";
import type {LinkModel} from "../../../src/simulation/index.ts";
import {createConsortium, memberName} from "../consortium.ts";
import {dyadicUpdate} from "../lawful-history.ts";
import {runThrough, type Trouble} from "../troubles.ts";
import {openHonest, openLiar, type Script} from "./liar.ts";

/** How many values the members' models have. */
export const VALUES = 5;
/** The plan's longest deadline. */
export const LIMITS = {minimumMs: 100, maximumMs: 4000};

/** A run with liars in it. */
export interface ArenaOptions {
  readonly n: number;
  readonly liars: readonly MemberId[];
  readonly script?: Script;
  /** A liar's whole session, where a script is not enough. */
  readonly openLiar?: (setup: SessionSetup) => Session;
  readonly quorum?: QuorumRule;
  readonly mixing?: RoundMixing;
  readonly rounds?: number;
  readonly seed?: number;
  readonly values?: number;
  /** `[values]`; default: {@link updateOf}, and zeros behind it. */
  readonly updateOf?: (member: MemberId, round: number) => Float32Array;
  readonly history?: readonly Trouble[];
  readonly linkOf?: (from: string, to: string) => LinkModel;
  readonly trainingMs?: (member: MemberId, round: number) => number;
  readonly mostEvents?: number;
  /** Called after every event. */
  readonly watch?: () => void;
  /** Whether a liar leaves an honest member's questions for bytes open, neither answered nor refused. */
  readonly leavesOpen?: (asker: MemberId) => boolean;
  /** What is bent of an honest member's setup, to plant a fault. */
  readonly plant?: (setup: SessionSetup) => SessionSetup;
}

/** What has come of a run. */
export type Arena = ReturnType<typeof runArena>;

/** The update of a member: dyadic, so that sums are exact in any order. */
export function updateOf(seed: number, member: MemberId, round: number): Float32Array {
  return dyadicUpdate(seed, member, round);
}

function openMember(options: ArenaOptions, setup: SessionSetup): Session {
  if (!options.liars.includes(setup.self)) {
    const session = openHonest(options.plant?.(setup) ?? setup);
    return options.leavesOpen?.(setup.self) === true ? withoutAnswers(session, options.liars) : session;
  }
  return options.openLiar?.(setup) ?? openLiar(setup, options.script ?? (({effects}) => effects));
}

/** The session, of which questions for bytes to `liars` are never answered. */
function withoutAnswers(session: Session, liars: readonly MemberId[]): Session {
  return {
    view: () => session.view(),
    checkpoint: () => session.checkpoint(),
    handle: (event, nowMs) =>
      session
        .handle(event, nowMs)
        .filter((effect) => effect.type !== "fetch" || !liars.includes(effect.from)),
  };
}

/**
 * Runs all members until every honest one has ended the run, or each has stopped at a fork.
 * @throws SIMULATION_STALLED when they make no progress
 */
export function runArena(options: ArenaOptions) {
  const {n, liars, seed = 1, rounds = 4, history = [], mostEvents = 60_000} = options;
  const {values = VALUES, quorum = "two-thirds", mixing, linkOf, trainingMs} = options;
  const kept = {
    ...(mixing === undefined ? {} : {mixing}),
    ...(linkOf === undefined ? {} : {linkOf}),
    ...(trainingMs === undefined ? {} : {trainingMs}),
  };
  const consortium = createConsortium({
    seed,
    // Member i weighs 2^i units: a sum's weight names who is in it.
    weights: Array.from({length: n}, (_, index) => 2 ** index),
    rounds,
    values,
    quorum,
    ...kept,
    limits: LIMITS,
    openSession: (setup) => openMember(options, setup),
    updateOf: (member, round) => {
      if (options.updateOf !== undefined) return options.updateOf(member, round);
      const update = new Float32Array(values);
      update.set(updateOf(seed, member, round));
      return update;
    },
  });
  const {world} = consortium;
  const members = Array.from({length: n}, (_, index) => memberName(index));
  const honest = members.filter((member) => !liars.includes(member));
  const endsMs: number[] = [];
  const watch = (): void => {
    options.watch?.();
    for (let round = endsMs.length; round < rounds; round++) {
      const isBehind = honest.some((member) => (world.sessionOf(member)?.view().round ?? 0) <= round);
      if (isBehind) break;
      endsMs.push(world.nowMs);
    }
  };
  const isForked = (member: MemberId): boolean =>
    world.reports.some((told) => told.member === member && told.report.kind === "fork");
  runThrough(world, members, {
    history,
    mostEvents,
    watch,
    isDone: () =>
      honest.every((member) => world.sessionOf(member)?.view().isFinished === true || isForked(member)),
  });
  return {
    ...consortium,
    members,
    honest,
    liars,
    seed,
    rounds,
    values,
    endsMs,
    quorum,
  };
}

/** What an honest member told people. */
export function toldBy({world}: Pick<Arena, "world">, member: MemberId): Report[] {
  return world.reports.flatMap((told) => (told.member === member ? [told.report] : []));
}
