import {sha256, toHex} from "../../src/core/index.ts";
import {
  createHeaderReader,
  decodeBlobRequest,
  decodeBlobResponse,
  encodeBlobHeader,
} from "../../src/network/blobs/blob-wire.ts";
import {createFrameReader, encodeLinkFrame, type FrameKind} from "../../src/network/frame.ts";
import {
  decodeHello,
  decodeRefused,
  decodeWelcome,
  encodeHandshake,
  MAX_HANDSHAKE_BYTES,
} from "../../src/network/handshake.ts";
import {
  canonicalBytes,
  decodeCertificate,
  decodeFrame,
  encodeFrame as encodeGossipFrame,
} from "../../src/rounds/index.ts";
import {CERTIFICATE, FRAMES} from "../gossip/frame-examples.ts";
import {ledgerTargets} from "./ledger-targets.ts";
import {membershipTargets} from "./membership-targets.ts";
import {modelFileTargets} from "./model-file-targets.ts";
import {asyncSession, gossipSession} from "./session-targets.ts";
import {accepts, BrokenLaw, type FuzzTarget} from "./target.ts";

export type {FuzzTarget} from "./target.ts";

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
    encodeLinkFrame("hello", encodeHandshake(HELLO)),
    encodeLinkFrame("welcome", encodeHandshake({session: 7})),
    encodeLinkFrame("refused", encodeHandshake({session: 7, field: "layout"})),
    encodeLinkFrame("data", gossipSeeds[0] ?? new Uint8Array()),
    encodeLinkFrame("heartbeat", new Uint8Array()),
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

/** One target for every protocol that reads a peer's bytes, and for files that come from elsewhere. */
export const fuzzTargets = (): readonly FuzzTarget[] => [
  gossipFrames,
  certificates,
  gossipSession(),
  asyncSession("swap"),
  asyncSession("push-sum"),
  controlStream,
  blobHeaders,
  ...ledgerTargets,
  ...membershipTargets,
  ...modelFileTargets,
];
