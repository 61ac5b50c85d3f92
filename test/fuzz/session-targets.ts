import {createSession, restoreSession, type Session} from "../../src/gossip/index.ts";
import {
  type AsyncSpec,
  type DurableRecord,
  decodeFrame,
  type Effect,
  type Event,
  encodeFrame,
  type Frame,
} from "../../src/rounds/index.ts";
import {memberName} from "../gossip/consortium.ts";
import {FRAMES} from "../gossip/frame-examples.ts";
import {
  createLone,
  LONE_SEGMENT,
  loneContribution,
  loneSetup,
  peerMass,
  SELF,
  viewDigestOf,
} from "../gossip/lone-member.ts";
import {accepts, BrokenLaw, type FuzzTarget} from "./target.ts";

/** Enough members for one that comes late to take their median. */
const COUNT = 5;
const PEERS = Array.from({length: COUNT - 1}, (_, index) => memberName(1 + index));
const CONTRIBUTION = loneContribution(1, 2, 3);
/** Every vote holds: what a forger could send whose signatures were good. */
const CREDULOUS = {verify: () => true};
const MOST_EFFECTS = 1000;
const SESSION_INPUTS = 2000;

/** Hands over an event and what `answer` gives to its effects, and to theirs. */
function handOver(
  session: Session,
  event: Event,
  nowMs: number,
  answer: (effect: Effect) => readonly Event[],
): void {
  let open: readonly Event[] = [event];
  let effects = 0;
  while (open.length > 0) {
    const caused = open.flatMap((next) => session.handle(next, nowMs));
    effects += caused.length;
    open = caused.flatMap(answer);
    if (effects > MOST_EFFECTS) throw new BrokenLaw("one event caused a thousand effects");
  }
}

/** The disk writes everything; what is fetched is never there. */
function withoutBlobs(effect: Effect): readonly Event[] {
  if (effect.type === "persist") return [{type: "persisted", id: effect.id}];
  return effect.type === "fetch" ? [{type: "fetch-failed", id: effect.id}] : [];
}

function createReady(): Session {
  const {session, handle} = createLone({rounds: 9, primitives: CREDULOUS});
  handle({type: "contribute", round: 0, contribution: CONTRIBUTION});
  return session;
}

/** A member that is ready for a round in one group of all. */
export function gossipSession(): FuzzTarget {
  let session = createReady();
  let inputs = 0;
  const seeds = Object.values(FRAMES).flatMap((frame) =>
    [0, 1].map((round) => encodeFrame({...frame, round})),
  );
  return {
    name: "gossip session",
    seeds,
    skip: 0,
    feed(bytes) {
      if (++inputs % SESSION_INPUTS === 0) session = createReady();
      const from = PEERS[inputs % 2] ?? "";
      return accepts(() =>
        handOver(session, {type: "frame", from, frame: decodeFrame(bytes)}, 0, withoutBlobs),
      );
    },
    // A ready member each, at most: nothing that a peer says makes a session grow.
    held: () => session.view().ready.length,
  };
}

/** What a peer may have: a mass like any, the furthest that there can be, and two that no member accepts. */
const MASSES = [
  peerMass(0.25, 0.5, -1, 2),
  peerMass(0.5, 2 ** 99, -(2 ** 99), 0),
  peerMass(900, 1, 1, 1),
  peerMass(2 ** -140, 0, 0, 0),
];
const BLOBS = new Map(MASSES.map(({hash, bytes}) => [hash, bytes]));
const [ORDINARY = "", FURTHEST = "", TOO_HEAVY = "", TOO_LIGHT = ""] = MASSES.map(({hash}) => hash);
/** What all see, when every link is up. */
const VIEW = viewDigestOf([SELF, ...PEERS]);

function asyncSeeds(): Uint8Array[] {
  const common = {run: loneSetup().run, round: 0};
  const ids = [1, 2, 3, 7].flatMap((seq) => [1, 2].map((incarnation) => ({incarnation, seq})));
  const clock = [1, 2, 0.5, 9, 9];
  const frames = ids.flatMap((id): Frame[] => [
    {...common, ...id, type: "offer", view: VIEW, phase: null, mass: ORDINARY, clock},
    {...common, ...id, type: "offer", view: VIEW, phase: id.seq, mass: FURTHEST, clock},
    {...common, ...id, type: "accept", mass: id.seq === 1 ? ORDINARY : FURTHEST, clock},
    {...common, ...id, type: "accept", mass: id.seq > 1 ? TOO_HEAVY : TOO_LIGHT, clock},
    {...common, ...id, type: "busy", reason: "phase", phase: id.seq, clock},
    {...common, ...id, type: "busy", reason: "exchanging", phase: null, clock},
    {...common, ...id, type: "commit", outcome: "mixed"},
    {...common, ...id, type: "commit", outcome: "adopt"},
    {...common, ...id, type: "abort"},
    {...common, ...id, type: "done"},
    {...common, ...id, type: "share", mass: id.seq > 3 ? FURTHEST : ORDINARY, clock},
    {...common, ...id, type: "share-taken", isTaken: id.seq > 1},
  ]);
  return [
    ...frames,
    {...common, type: "closing", clock} as const,
    {...common, type: "join"} as const,
    {...common, type: "shown", mass: ORDINARY, clock} as const,
    {...common, type: "shown", mass: TOO_LIGHT, clock} as const,
    {
      ...common,
      type: "ready",
      contribution: ORDINARY,
      parent: ORDINARY,
      signature: new Uint8Array(64),
    } as const,
  ].map(encodeFrame);
}

/** What a peer says that is asked to exchange; null where nothing is left to say. */
function honestReply(frame: Extract<Frame, {incarnation: number}>, turn: number): Frame | null {
  const {run, round, incarnation, seq} = frame;
  const about = {run, round, incarnation, seq};
  switch (frame.type) {
    case "offer":
      return {...about, type: "accept", mass: turn % 5 === 0 ? FURTHEST : ORDINARY, clock: frame.clock};
    case "accept":
      return {...about, type: "commit", outcome: turn % 7 === 0 ? "adopt" : "mixed"};
    case "commit":
      return {...about, type: "done"};
    case "share":
      return {...about, type: "share-taken", isTaken: turn % 11 !== 0};
    default:
      return null;
  }
}

/** One life after another of a member in an asynchronous segment, each from the disk that the one before it left. */
class HarriedMember {
  readonly #asynchronous: AsyncSpec;
  #disk: DurableRecord[] = [];
  #session: Session;
  #unit: Extract<Effect, {type: "work"}> | null = null;
  #nowMs = 0;
  #transfers = 0;
  #replies = 0;

  constructor(asynchronous: AsyncSpec) {
    this.#asynchronous = asynchronous;
    this.#session = this.#open();
  }

  /** Starts from the disk; `isNew`: from an empty one. */
  restart(isNew: boolean): void {
    if (isNew || this.#session.view().segment === null) this.#disk = [];
    this.#session = this.#open();
  }

  #open(): Session {
    const restored = restoreSession(this.#disk);
    this.#unit = null;
    const asynchronous = this.#asynchronous;
    const session = createSession(
      loneSetup({count: COUNT, rounds: 9, asynchronous, primitives: CREDULOUS, restored}),
    );
    this.#session = session;
    for (const peer of PEERS) this.handle({type: "link-up", peer});
    this.handle({type: "begin", round: session.view().round});
    return session;
  }

  handle(event: Event): void {
    handOver(this.#session, event, this.#nowMs, (effect) => this.#answer(effect));
  }

  #answer(effect: Effect): readonly Event[] {
    if (effect.type === "persist") {
      this.#disk.push(effect.record);
      return [{type: "persisted", id: effect.id}];
    }
    if (effect.type === "work") this.#unit = effect;
    if (effect.type === "send") return this.#reply(effect);
    if (effect.type !== "fetch") return [];
    const bytes =
      BLOBS.get(effect.hash) ?? (this.#transfers++ % 2 === 0 ? new Uint8Array(effect.length) : null);
    return [bytes === null ? {type: "fetch-failed", id: effect.id} : {type: "fetched", id: effect.id, bytes}];
  }

  /** Two times of three the peer does what it should, so that exchanges come to an end. */
  #reply({to, frame}: Extract<Effect, {type: "send"}>): readonly Event[] {
    if (this.#replies++ % 3 === 0) return [];
    if (frame.type === "join") {
      const {run, round} = frame;
      const clock = [0, 9, 9, 9, 9];
      return [{type: "frame", from: to, frame: {run, round, type: "shown", mass: ORDINARY, clock}}];
    }
    if (!("incarnation" in frame)) return [];
    const reply = honestReply(frame, this.#replies);
    return reply === null ? [] : [{type: "frame", from: to, frame: reply}];
  }

  /** What happens beside frames: time passes, a unit ends, a link breaks and comes back. */
  passTime(inputs: number): void {
    this.#nowMs += 20;
    const unit = this.#unit;
    if (unit !== null && inputs % 3 === 0) {
      this.#unit = null;
      this.handle({type: "progress", round: unit.round, unit: unit.unit, contribution: CONTRIBUTION});
    }
    if (inputs % 5 === 0) this.handle({type: "timer", timer: "async"});
    const peer = PEERS[inputs % PEERS.length] ?? "";
    if (inputs % 7 === 3) this.handle({type: "frame", from: peer, frame: this.#initiative(inputs)});
    if (inputs % 31 === 0) this.handle({type: "link-down", peer});
    if (inputs % 31 === 7) for (const each of PEERS) this.handle({type: "link-up", peer: each});
  }

  /** An exchange that a peer begins as it should. */
  #initiative(seq: number): Frame {
    const {run} = loneSetup();
    const about = {
      run,
      round: this.#session.view().round,
      incarnation: 3,
      seq,
      clock: [1, 1, 1, 1, seq % 2 === 0 ? 1 : 9],
    };
    const mass = seq % 5 === 0 ? FURTHEST : ORDINARY;
    if (this.#asynchronous.exchange === "push-sum") return {...about, type: "share", mass};
    return {...about, type: "offer", view: VIEW, phase: null, mass};
  }

  /** @throws BrokenLaw when what it holds is no mass any more */
  expectMass(): void {
    const segment = this.#session.view().segment;
    if (segment === null) return;
    const {own} = segment.masses();
    if (!(own.weight > 0 && Number.isFinite(own.weight))) throw new BrokenLaw(`its weight is ${own.weight}`);
    if (!segment.estimate().every(Number.isFinite)) throw new BrokenLaw("its estimate is not finite");
  }

  held(): number {
    const masses = this.#session.view().segment?.masses();
    return masses === undefined ? 0 : Math.max(masses.promised.length, masses.outbox.length);
  }
}

/** A member in an asynchronous segment that trains, restarts and loses links while two others say what they like. */
export function asyncSession(exchange: AsyncSpec["exchange"]): FuzzTarget {
  const lives: readonly AsyncSpec[] = [
    {...LONE_SEGMENT, exchange, schedule: null},
    exchange === "swap"
      ? {...LONE_SEGMENT, exchange, schedule: {name: "complete", steps: 1}}
      : {...LONE_SEGMENT, exchange, schedule: null, units: 3},
  ];
  const members = lives.map((spec) => new HarriedMember(spec));
  let inputs = 0;
  return {
    name: `asynchronous session, ${exchange}`,
    seeds: asyncSeeds(),
    skip: 0,
    feed(bytes) {
      inputs += 1;
      const member = members[inputs % 2];
      if (inputs % 97 === 0) for (const each of members) each.restart(inputs % (20 * 97) === 0);
      member?.passTime(inputs >> 1);
      const from = PEERS[(inputs >> 1) % PEERS.length] ?? "";
      const isTaken = accepts(() => member?.handle({type: "frame", from, frame: decodeFrame(bytes)}));
      member?.expectMass();
      return isTaken;
    },
    held: () => Math.max(...members.map((member) => member.held())),
  };
}
