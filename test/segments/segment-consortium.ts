import {createRandom, sha256} from "../../src/core/index.ts";
import {createSession, restoreSession, type Session} from "../../src/gossip/index.ts";
import {type CodecName, codecOf, type Mass, massOf} from "../../src/parameters/index.ts";
import {releaseUpdate} from "../../src/privacy/index.ts";
import {type AsyncFrame, isAsyncFrame} from "../../src/rounds/frames.ts";
import type {
  AsyncSpec,
  Certified,
  Contribution,
  Effect,
  RoundMixing,
  SessionSetup,
} from "../../src/rounds/index.ts";
import {type SegmentMasses, totalMass} from "../../src/segments/index.ts";
import {massesOf} from "../../src/segments/masses.ts";
import {openSegment} from "../../src/segments/segment.ts";
import {type Fault, World} from "../../src/simulation/index.ts";
import {LAYOUT, memberName, primitivesOf, RUN} from "../gossip/consortium.ts";

/** Members, data and rules of a small simulated consortium that trains asynchronously for one round. */
export interface SegmentOptions {
  readonly seed: number;
  /** p_i. */
  readonly weights: readonly number[];
  /** Their ids, sorted; the default is member-a, member-b, ... */
  readonly members?: readonly string[];
  readonly spec?: Partial<Omit<AsyncSpec, "codec" | "weight">>;
  readonly codec?: CodecName;
  readonly values?: number;
  readonly rounds?: number;
  /** How masses are mixed at the end; the default is their weighted mean. */
  readonly mixing?: RoundMixing;
  readonly reference?: Float32Array;
  /** x - start after a unit of work. */
  readonly work: (member: number, unit: number, start: Float32Array) => Float32Array;
  readonly unitMs: (member: number, unit: number) => number;
  /** How often a frame of the asynchronous mode arrives. */
  readonly copies?: (frame: AsyncFrame, from: string) => number;
  readonly openSession?: (setup: SessionSetup) => Session;
  readonly faultAt?: (member: string, effect: Effect, count: number) => Fault;
}

/** A member's session whose frames of the asynchronous mode are lost or repeated as the options say. */
function onLossyLinks(setup: SessionSetup, {copies, openSession = createSession}: SegmentOptions): Session {
  const session = openSession(setup);
  if (copies === undefined) return session;
  return {
    view: () => session.view(),
    checkpoint: () => session.checkpoint(),
    handle: (event, nowMs) =>
      session.handle(event, nowMs).flatMap((effect) => {
        if (effect.type !== "send" || !isAsyncFrame(effect.frame)) return [effect];
        return Array.from({length: copies(effect.frame, setup.self)}, () => effect);
      }),
  };
}

/** A simulated asynchronous consortium, with what each member saw certified. */
export function createSegments(options: SegmentOptions) {
  const {seed, weights, values = 3, rounds = 1} = options;
  const members = options.members ?? weights.map((_, index) => memberName(index));
  const certified = new Map<string, Certified[]>(members.map((member) => [member, []]));
  const codec = codecOf(options.codec ?? "f32");
  const indexOf = (member: string): number => members.indexOf(member);
  const weightOf = (member: string): number => weights[indexOf(member)] ?? 0;
  const specOf = (self: string): AsyncSpec => ({
    exchange: "swap",
    schedule: null,
    units: 10,
    abandonMs: 20_000,
    maximumLead: 2,
    clipFaulty: null,
    ...options.spec,
    codec,
    weight: weightOf(self),
  });
  const setupOf = (self: string): Omit<SessionSetup, "restored"> => ({
    self,
    run: RUN,
    roster: "ab".repeat(32),
    members,
    rounds,
    quorum: "majority",
    start: {members: 1, weight: 0, waitMs: 2000},
    weightShare: 0,
    limits: {minimumMs: 100, maximumMs: 4000},
    primitives: primitivesOf(self),
    specOf: (_, previous) => ({
      codec: codecOf("f32"),
      layout: LAYOUT,
      reference: previous?.snapshot.values ?? options.reference ?? new Float32Array(values),
      outer: null,
      mixed: values,
      mixing: options.mixing ?? {kind: "all"},
      asynchronous: specOf(self),
    }),
    shapeOf: () => ({layout: LAYOUT, values}),
  });
  const progressOf = (member: string, unit: number, start: Float32Array): Contribution =>
    releaseUpdate({
      update: options.work(indexOf(member), unit, start),
      weight: weightOf(member),
      codec,
      clipNorm: 1e6,
      dither: {key: [unit, seed >>> 0], first: 0},
      hash: sha256,
    }).release;
  const world = new World({
    members,
    setupOf,
    contributionOf: () => {
      throw new Error("an asynchronous round makes its own contributions");
    },
    trainingMs: () => 0,
    progressOf,
    unitMs: (member, unit) => options.unitMs(indexOf(member), unit),
    random: createRandom({seed, site: "", round: 0, purpose: "latency"}),
    faultAt: options.faultAt ?? (() => "none"),
    openSession: (setup) => onLossyLinks(setup, options),
    onCertified: (member, entry) => certified.get(member)?.push(entry),
  });
  const massesAt = (member: string): SegmentMasses => {
    const view = world.sessionOf(member)?.view().segment;
    if (view != null) return view.masses();
    const restored = restoreSession(world.diskOf(member));
    const {run, round, limits} = {run: RUN, round: 0, limits: setupOf(member).limits};
    const reference = options.reference ?? new Float32Array(values);
    const setup = {
      self: member,
      run,
      round,
      members,
      spec: specOf(member),
      reference,
      limits,
      primitives: primitivesOf(member),
    };
    return massesOf(openSegment(setup, [], restored.round?.segment ?? null));
  };
  /** Units of each member that its memory, or while it is down its disk, has in the mass; and the sum of masses. */
  const ledger = (): {readonly units: readonly number[]; readonly total: Mass} => {
    const masses = new Map(members.map((member) => [member, massesAt(member)]));
    return {units: [...masses.values()].map(({units}) => units), total: totalMass(masses)};
  };
  /** What a unit's progress is after its codec, if it does not depend on where the unit began. */
  const progress = new Map<string, Float64Array>();
  const progressAt = (member: string, unit: number): Float64Array => {
    const name = `${member} ${unit}`;
    const known = progress.get(name);
    if (known !== undefined) return known;
    const {bytes} = progressOf(member, unit, new Float32Array(values));
    const decoded = massOf(codec, bytes, values).values;
    progress.set(name, decoded);
    return decoded;
  };
  /** What each member holds once all that was decided has been applied. */
  const settled = (): Mass[] => {
    const masses = new Map(members.map((member) => [member, massesAt(member)]));
    return members.map((member) => {
      const {own, promised} = masses.get(member) ?? massesAt(member);
      const values = own.values.slice();
      let {weight} = own;
      for (const {peer, id, mass} of promised) {
        if (masses.get(peer)?.hasDecided(member, id) !== true) continue;
        mass.values.forEach((value, index) => {
          values[index] = (values[index] ?? 0) + value;
        });
        weight += mass.weight;
      }
      return {values, weight};
    });
  };
  return {world, members, certified, setupOf, weightOf, progressOf, ledger, settled, progressAt};
}
