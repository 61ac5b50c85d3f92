/* One of the two daemon-like processes of exchange.ts: it gives or takes 100 MB, by libp2p or by raw TLS. */
import {builtRoom, type Core, type NetworkRoom, type Parameters, type Privacy} from "./built.ts";
import type {Credentials} from "./certificate.ts";
import {machineMs, serve} from "./child.ts";
import {
  openTlsReceiver,
  openTlsSender,
  type TlsAddress,
  type TlsReceiver,
  type TlsSender,
} from "./tls-stream.ts";

const {createRandom, sha256, silentLogger, systemClock} = await builtRoom<Core>("core");
const {createLibp2pNetwork, peerIdOfSeed} = await builtRoom<NetworkRoom>("network");
const {codecOf, contributionSize, NO_DITHER} = await builtRoom<Parameters>("parameters");
const {releaseUpdate} = await builtRoom<Privacy>("privacy");

/** 100 MB of binary32. */
const VALUES = 25_000_000;
const DECODE_VALUES = 4096;
const codec = codecOf("fp16");
const seedOf = (index: number): Uint8Array => new Uint8Array(32).fill(index + 1);

/** Values that look like an update: of both signs, mostly within fp16's normal range, cheap to draw. */
function drawUpdate(): Float32Array {
  const update = new Float32Array(VALUES);
  let state = 1;
  for (let index = 0; index < VALUES; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    update[index] = state * 1e-12;
  }
  return update;
}

type Network = Awaited<ReturnType<typeof createLibp2pNetwork>>;

const update = drawUpdate();
const wire = new Uint8Array(contributionSize(codec, VALUES));
const values = new Float32Array(VALUES);
const sums = new Float64Array(DECODE_VALUES);
let network: Network | null = null;
let tlsSender: TlsSender | null = null;
let tlsReceiver: TlsReceiver | null = null;
let onLinked: () => void = () => {};
let onAnnounced: (hash: string) => void = () => {};
const linked = new Promise<void>((resolve) => {
  onLinked = resolve;
});

/** Opens the network as member `index` of two. */
async function open({index, bootstrap}: {index: number; bootstrap: readonly string[]}): Promise<string[]> {
  const members = await Promise.all([0, 1].map((member) => peerIdOfSeed(seedOf(member))));
  network = await createLibp2pNetwork({
    identity: {privateKeySeed: seedOf(index), peerId: members[index] ?? ""},
    roster: {members, expiries: new Map(), rendezvous: new Uint8Array(32)},
    handshake: {run: "bench"},
    events: {
      onLinkUp: () => onLinked(),
      onLinkDown() {},
      onFrame: (_, frame) => onAnnounced(new TextDecoder().decode(frame)),
    },
    clock: systemClock,
    random: createRandom({seed: index, site: "", round: 0, purpose: "redial"}),
    logger: silentLogger,
    listen: ["/ip4/127.0.0.1/tcp/0"],
    bootstrap,
    mdns: false,
    knownAddresses: {},
    onAddresses() {},
  });
  return [...network.addresses()];
}

function opened(): Network {
  if (network === null) throw new Error("the network is not open");
  return network;
}

function peer(): string {
  return opened().links()[0]?.peer ?? "";
}

/** Clips, weights, encodes, publishes and announces the update. @returns when that began */
function give(): number {
  const startMs = machineMs();
  const {release} = releaseUpdate({update, weight: 1, codec, dither: NO_DITHER, clipNorm: 1e9, hash: sha256});
  opened().publish(release);
  opened().send(peer(), new TextEncoder().encode(release.hash));
  return startMs;
}

function decodePart(part: Uint8Array, position: number): void {
  const first = position / codec.sizeOf(1);
  const count = Math.min(VALUES - first, Math.floor(part.byteLength / codec.sizeOf(1)));
  for (let done = 0; done < count; done += DECODE_VALUES) {
    const block = sums.subarray(0, Math.min(DECODE_VALUES, count - done));
    block.fill(0);
    codec.accumulate(part, done, block);
    values.set(block, first + done);
  }
}

/** Fetches the announced update and decodes it as it comes. @returns when all values were there */
async function take(): Promise<number> {
  const hash = await new Promise<string>((resolve) => {
    onAnnounced = resolve;
  });
  const request = {from: peer(), hash, offset: 0, length: wire.byteLength, into: wire};
  await opened().fetch({...request, signal: new AbortController().signal, onPart: decodePart});
  return machineMs();
}

/** Largest difference of a received value from the value that was given, less what fp16 rounds away. */
function excess(): number {
  let largest = 0;
  for (let index = 0; index < VALUES; index++) {
    const exact = update[index] ?? 0;
    const bound = Math.abs(exact) * 2 ** -11 + 2 ** -25;
    largest = Math.max(largest, Math.abs((values[index] ?? Number.NaN) - exact) - bound);
  }
  return largest;
}

const asBytes = (numbers: Float32Array): Uint8Array => new Uint8Array(numbers.buffer);

const methods = {
  open,
  linked: () => linked,
  give,
  take,
  excess,
  async listenTls(credentials: Credentials): Promise<TlsAddress> {
    tlsSender = await openTlsSender(credentials);
    return tlsSender.address;
  },
  async connectTls(address: TlsAddress): Promise<void> {
    tlsReceiver = await openTlsReceiver(address);
  },
  giveTls: () => tlsSender?.send(asBytes(update)) ?? 0,
  takeTls: () => tlsReceiver?.receive(asBytes(values)) ?? 0,
};

/** What this process can be asked for. */
export type ExchangePeer = typeof methods;

serve(methods);
