import {isCoded, sha256, toHex} from "../../src/core/index.ts";
import {
  canonicalBytes,
  createSession,
  decodeCertificate,
  decodeFrame,
  type Effect,
  type Event,
  encodeFrame as encodeGossipFrame,
  type Session,
} from "../../src/gossip/index.ts";
import {
  createHeaderReader,
  decodeBlobRequest,
  decodeBlobResponse,
  encodeBlobHeader,
} from "../../src/network/blob-wire.ts";
import {createFrameReader, encodeFrame, type FrameKind} from "../../src/network/frame.ts";
import {
  decodeHello,
  decodeRefused,
  decodeWelcome,
  encodeHandshake,
  MAX_HANDSHAKE_BYTES,
} from "../../src/network/handshake.ts";
import {codecOf, NO_DITHER} from "../../src/parameters/index.ts";
import {releaseUpdate} from "../../src/privacy/index.ts";
import {LAYOUT, primitivesOf, RUN} from "../gossip/consortium.ts";
import {CERTIFICATE, FRAMES} from "../gossip/frame-examples.ts";

/** What is fed with changed bytes: it takes them or refuses them with a code; anything else it throws is a bug. */
export interface FuzzTarget {
  readonly name: string;
  readonly seeds: readonly Uint8Array[];
  /** Bytes of framing before each seed's CBOR item. */
  readonly skip: number;
  /** @returns whether the bytes were accepted */
  feed(bytes: Uint8Array): boolean;
  /** Items held between two inputs, which must stay bounded. */
  held(): number;
}

function accepts(action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (isCoded(error)) return false;
    throw error;
  }
}

class BrokenLaw extends Error {}

/** What is accepted must be what another member reads when it is sent on. */
function expectSame(again: unknown, first: unknown): void {
  if (JSON.stringify(again) !== JSON.stringify(first))
    throw new BrokenLaw("read again, it is another message");
}

const gossipSeeds = Object.values(FRAMES).map(encodeGossipFrame);

const gossipFrames: FuzzTarget = {
  name: "gossip frames",
  seeds: gossipSeeds,
  skip: 0,
  feed: (bytes) =>
    accepts(() => {
      const frame = decodeFrame(bytes);
      expectSame(decodeFrame(encodeGossipFrame(frame)), frame);
    }),
  held: () => 0,
};

const certificates: FuzzTarget = {
  name: "certificates",
  seeds: [canonicalBytes(CERTIFICATE)],
  skip: 0,
  feed: (bytes) =>
    accepts(() => {
      const certificate = decodeCertificate(bytes);
      expectSame(decodeCertificate(canonicalBytes(certificate)), certificate);
    }),
  held: () => 0,
};

const SELF = "member-a";
const MEMBERS = [SELF, "member-b", "member-c"];
const SESSION_INPUTS = 2000;

function createMember(): Session {
  const primitives = primitivesOf(SELF);
  const session = createSession({
    self: SELF,
    run: RUN,
    roster: "ab".repeat(32),
    members: MEMBERS,
    rounds: 9,
    start: {members: 2, weight: 0, waitMs: 1000},
    weightShare: 0,
    limits: {minimumMs: 100, maximumMs: 4000},
    // Every vote holds: what a forger could send whose signatures were good.
    primitives: {...primitives, verify: () => true},
    specOf: () => ({
      mixing: {kind: "all"},
      outer: null,
      codec: codecOf("f32"),
      layout: LAYOUT,
      reference: new Float32Array(3),
      mixed: 3,
    }),
    shapeOf: () => ({layout: LAYOUT, values: 3}),
    restored: {certified: null, round: null},
  });
  const options = {clipNorm: 1e6, codec: codecOf("f32"), dither: NO_DITHER, hash: sha256, weight: 0.25};
  const {release} = releaseUpdate({...options, update: Float32Array.of(1, 2, 3)});
  const events: Event[] = [
    {type: "link-up", peer: "member-b"},
    {type: "link-up", peer: "member-c"},
    {type: "contribute", round: 0, contribution: release},
  ];
  for (const event of events) handOver(session, event);
  return session;
}

/** Hands over an event and carries out what it asks of the disk; what it fetches is never there. */
function handOver(session: Session, event: Event): number {
  let open: Event[] = [event];
  let effects = 0;
  while (open.length > 0) {
    const caused = open.flatMap((next) => session.handle(next, 0));
    effects += caused.length;
    open = caused.flatMap((effect: Effect): Event[] => {
      if (effect.type === "persist") return [{type: "persisted", id: effect.id}];
      return effect.type === "fetch" ? [{type: "fetch-failed", id: effect.id}] : [];
    });
    if (effects > 1000) throw new BrokenLaw("one frame caused a thousand effects");
  }
  return effects;
}

function gossipSession(): FuzzTarget {
  let session = createMember();
  let inputs = 0;
  const seeds = Object.values(FRAMES).flatMap((frame) =>
    [0, 1].map((round) => encodeGossipFrame({...frame, round})),
  );
  return {
    name: "gossip session",
    seeds,
    skip: 0,
    feed(bytes) {
      if (++inputs % SESSION_INPUTS === 0) session = createMember();
      const from = MEMBERS[1 + (inputs % 2)] ?? "";
      return accepts(() => void handOver(session, {type: "frame", from, frame: decodeFrame(bytes)}));
    },
    // A ready member each, at most: nothing that a peer says makes a session grow.
    held: () => session.view().ready.length,
  };
}

const HASH = toHex(sha256(new Uint8Array(3)));
const HELLO = {minor: 0, session: 7, window: 1_048_576, terms: {consortium: "c0ffee", run: "r1"}};
const DECODERS: Readonly<Record<FrameKind, (payload: Uint8Array) => unknown>> = {
  hello: decodeHello,
  welcome: decodeWelcome,
  refused: decodeRefused,
  data: (payload) => payload,
  heartbeat: (payload) => payload,
};

const controlStream: FuzzTarget = {
  name: "control stream",
  seeds: [
    encodeFrame("hello", encodeHandshake(HELLO)),
    encodeFrame("welcome", encodeHandshake({session: 7})),
    encodeFrame("refused", encodeHandshake({session: 7, field: "layout"})),
    encodeFrame("data", gossipSeeds[0] ?? new Uint8Array()),
    encodeFrame("heartbeat", new Uint8Array()),
  ],
  skip: 5,
  feed: (bytes) =>
    accepts(() => {
      const reader = createFrameReader(
        () => MAX_HANDSHAKE_BYTES,
        (kind, payload) => void DECODERS[kind](payload),
      );
      const half = bytes.length >> 1;
      reader.push(bytes.subarray(0, half));
      reader.push(bytes.subarray(half));
    }),
  held: () => 0,
};

const blobHeaders: FuzzTarget = {
  name: "blob headers",
  seeds: [
    encodeBlobHeader({hash: HASH, offset: 65_536, length: 1000}),
    encodeBlobHeader({status: "ok", length: 1000, total: 100_000}),
  ],
  skip: 4,
  feed(bytes) {
    const taken = accepts(() => {
      const header = createHeaderReader().push(bytes)?.header;
      if (header === undefined) return;
      const isRequest = accepts(() => void decodeBlobRequest(header));
      const isResponse = accepts(() => void decodeBlobResponse(header));
      if (isRequest && isResponse) throw new BrokenLaw("a request is a response");
    });
    return taken;
  },
  held: () => 0,
};

/** One target for every protocol that reads a peer's bytes. */
export const fuzzTargets = (): readonly FuzzTarget[] => [
  gossipFrames,
  certificates,
  gossipSession(),
  controlStream,
  blobHeaders,
];
