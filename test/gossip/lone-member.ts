import {sha256, toHex} from "../../src/core/index.ts";
import {createSession, restoreSession, type Session} from "../../src/gossip/index.ts";
import {codecOf, encodeMass, type Mixture, NO_DITHER} from "../../src/parameters/index.ts";
import {releaseUpdate} from "../../src/privacy/index.ts";
import {genesisHash, readyBytes} from "../../src/rounds/certificate.ts";
import {
  type AsyncSpec,
  type Contribution,
  canonicalBytes,
  type Effect,
  type Event,
  type Frame,
  leaderOrder,
  type Primitives,
  type Restored,
  type RoundMixing,
  type SessionSetup,
} from "../../src/rounds/index.ts";
import {LAYOUT, memberName, primitivesOf, RUN} from "./consortium.ts";

/** The member that a test plays the others for. */
export const SELF = memberName(0);
/** How many values its model has. */
const VALUES = 3;

/** What of a lone member's session a test wants otherwise. */
export interface LoneOptions {
  /** How many members there are; the default is 3. */
  readonly count?: number;
  readonly rounds?: number;
  readonly startMembers?: number;
  readonly mixing?: RoundMixing;
  readonly asynchronous?: AsyncSpec;
  readonly primitives?: Partial<Primitives>;
  readonly restored?: Restored;
}

/** Setup of {@link SELF}'s session among members of equal weight. */
export function loneSetup(options: LoneOptions = {}): SessionSetup {
  const {count = 3, rounds = 3, startMembers = 2, mixing = {kind: "all"}, asynchronous} = options;
  return {
    self: SELF,
    run: RUN,
    roster: "ab".repeat(32),
    members: Array.from({length: count}, (_, index) => memberName(index)),
    rounds,
    quorum: "majority",
    start: {members: startMembers, weight: 0, waitMs: 1000},
    weightShare: 0,
    limits: {minimumMs: 100, maximumMs: 4000},
    primitives: {...primitivesOf(SELF), ...options.primitives},
    specOf: () => ({
      mixing,
      outer: null,
      codec: codecOf("f32"),
      layout: LAYOUT,
      reference: new Float32Array(VALUES),
      mixed: VALUES,
      ...(asynchronous === undefined ? {} : {asynchronous}),
    }),
    shapeOf: () => ({layout: LAYOUT, values: VALUES}),
    restored: options.restored ?? restoreSession([]),
  };
}

/** One member's session, with the test as its disk and its peers. */
export interface Lone {
  readonly session: Session;
  /** Hands over an event and carries out what it asks of the disk. */
  handle(event: Event): Effect[];
}

/** A {@link Lone} whose links to all others are up. */
export function createLone(options: LoneOptions = {}): Lone {
  const setup = loneSetup(options);
  const session = createSession(setup);
  const handle = (event: Event): Effect[] => {
    const effects = session.handle(event, 0);
    const written = effects.flatMap((effect) => (effect.type === "persist" ? [effect.id] : []));
    return [...effects, ...written.flatMap((id) => handle({type: "persisted", id}))];
  };
  for (const peer of setup.members) if (peer !== SELF) handle({type: "link-up", peer});
  return {session, handle};
}

/** An asynchronous segment of {@link SELF} in binary32: random swaps, as long as wished. */
export const LONE_SEGMENT: AsyncSpec = {
  exchange: "swap",
  schedule: null,
  codec: codecOf("f32"),
  weight: 0.25,
  units: 1000,
  abandonMs: 3000,
  maximumLead: 2,
  clipFaulty: null,
};

/** A mass (s, w) in binary32 that a peer might give. */
export function peerMass(weight: number, ...values: readonly number[]): Mixture {
  return encodeMass(sha256, codecOf("f32"), {values: Float64Array.from(values), weight}, NO_DITHER);
}

/** `member`'s word that it is ready for the first round with `contribution`. */
export function readyOf(member: string, contribution: string): Extract<Frame, {type: "ready"}> {
  const about = {run: RUN, round: 0};
  const signature = primitivesOf(member).sign(readyBytes({...about, contribution}));
  return {...about, type: "ready", contribution, parent: genesisHash(sha256, RUN), signature};
}

/** The lowest ballot that `member`, one of `members`, leads in the first round. */
export function firstBallotOf(members: readonly string[], member: string): number {
  const order = leaderOrder(sha256, RUN, 0, members);
  return members.findIndex((_, ballot) => order.leaderOf(ballot) === member);
}

/** What a start of the first round says of those who take part. */
export function participantsOf(
  contributions: readonly (readonly [string, string])[],
): Extract<Frame, {type: "start"}>["participants"] {
  return contributions.map(([member, contribution]) => {
    const {signature} = readyOf(member, contribution);
    return {member, contribution, signature};
  });
}

/** The digest of the view of who sees `members`. */
export function viewDigestOf(members: readonly string[]): string {
  return toHex(sha256(canonicalBytes(["consilium/view/1", members])));
}

/** A contribution in binary32 of weight 0.25. */
export function loneContribution(...update: readonly number[]): Contribution {
  const options = {clipNorm: 1e6, codec: codecOf("f32"), dither: NO_DITHER, hash: sha256, weight: 0.25};
  return releaseUpdate({...options, update: Float32Array.from(update)}).release;
}
