/*
 * One of the four daemons of rounds.ts: the parts of a node, joined as src/node/create-node.ts joins them, with a
 * fixed update in the place of training. Signatures, journal, model files and libp2p are the real ones.
 */
import {builtModule, builtRoom, type Core, type NetworkRoom, type Parameters, type Privacy} from "./built.ts";
import {machineMs, serve} from "./child.ts";

type Consortium = typeof import("../../src/consortium/index.ts");
type Gossip = typeof import("../../src/gossip/index.ts");
type Rounds = typeof import("../../src/rounds/index.ts");
type Records = typeof import("../../src/node/records/records.ts");
type Storage = typeof import("../../src/storage/index.ts");
type TransportModule = typeof import("../../src/node/transport.ts");

const {createRandom, sha256, silentLogger, systemClock} = await builtRoom<Core>("core");
const {createIdentity, verifySignature} = await builtRoom<Consortium>("consortium");
const {createSession} = await builtRoom<Gossip>("gossip");
const {parameterArithmetic} = await builtRoom<Rounds>("rounds");
const {createLibp2pNetwork} = await builtRoom<NetworkRoom>("network");
const {codecOf, NO_DITHER} = await builtRoom<Parameters>("parameters");
const {releaseUpdate} = await builtRoom<Privacy>("privacy");
const {openStateDirectory} = await builtRoom<Storage>("storage");
const {createTransport} = await builtModule<TransportModule>("node/transport");
const {openRecords, writeRecord} = await builtModule<Records>("node/records/records");

const RUN = "0".repeat(32);
const ROSTER = "0".repeat(64);
const ROUNDS = 1000;
const WEIGHT = 0.25;
const LAYOUT = new Uint8Array(32);
const codec = codecOf("fp16");
interface Setup {
  /** How many members there are, and which of them this one is. */
  readonly members: number;
  readonly index: number;
  readonly values: number;
  /** An empty folder for its state. */
  readonly folder: string;
  readonly bootstrap: readonly string[];
}

/** What the process holds once it is open. */
type Member = Awaited<ReturnType<typeof openMember>>;

const identityOf = (index: number) => createIdentity(new Uint8Array(32).fill(index + 1));

const membersOf = ({members}: Setup): string[] =>
  Array.from({length: members}, (_, index) => identityOf(index).peerId).sort();

type Restored = Awaited<ReturnType<typeof openRecords>>["restored"];

function sessionOf(setup: Setup, restored: Restored) {
  const {index, values} = setup;
  const identity = identityOf(index);
  const context = {consortium: "bench", run: RUN, epoch: 0};
  const initial = new Float32Array(values);
  return createSession({
    self: identity.peerId,
    run: RUN,
    roster: ROSTER,
    members: membersOf(setup),
    rounds: ROUNDS,
    quorum: "majority",
    start: {members: setup.members, weight: setup.members * WEIGHT, waitMs: 30_000},
    weightShare: 0.5,
    limits: {minimumMs: 5000, maximumMs: 60_000},
    primitives: {
      hash: sha256,
      arithmetic: parameterArithmetic,
      sign: (bytes) => identity.sign("vote", context, bytes),
      verify: (member, bytes, signature) =>
        verifySignature(member, {purpose: "vote", context, bytes, signature}),
    },
    specOf: (_, previous) => ({
      mixing: {kind: "all"},
      outer: null,
      codec,
      layout: LAYOUT,
      reference: previous?.snapshot.values ?? initial,
      mixed: values,
    }),
    shapeOf: () => ({layout: LAYOUT, values}),
    restored,
  });
}

async function openMember(setup: Setup) {
  const state = await openStateDirectory(setup.folder);
  const storage = await state.openRun(RUN);
  const {restored} = await openRecords(storage, () => ({layout: LAYOUT, values: setup.values}), null);
  const session = sessionOf(setup, restored);
  let onCertified: (result: string) => void = () => {};
  const transport = createTransport({
    session,
    clock: systemClock,
    logger: silentLogger,
    write: (record) => writeRecord(storage, record),
    onRunEffect: (effect) => {
      if (effect.type === "certified") onCertified(effect.certificate.body.result);
    },
    onFatal(error) {
      throw error;
    },
  });
  const {seed, peerId} = identityOf(setup.index);
  const network = await createLibp2pNetwork({
    identity: {privateKeySeed: seed, peerId},
    roster: {members: membersOf(setup), expiries: new Map(), rendezvous: LAYOUT},
    handshake: {run: RUN},
    events: {
      onLinkUp: (peer) => transport.handle({type: "link-up", peer}),
      onLinkDown: (peer) => transport.handle({type: "link-down", peer}),
      onFrame: (peer, bytes) => transport.onFrame(peer, bytes),
    },
    clock: systemClock,
    random: createRandom({seed: setup.index, site: "", round: 0, purpose: "redial"}),
    logger: silentLogger,
    listen: ["/ip4/127.0.0.1/tcp/0"],
    bootstrap: setup.bootstrap,
    mdns: false,
    knownAddresses: {},
    onAddresses() {},
  });
  transport.attach(network);
  const certified = (): Promise<string> =>
    new Promise((resolve) => {
      onCertified = resolve;
    });
  return {setup, session, storage, transport, network, certified};
}

/** An update that depends on member and round, so that no round meets bytes of an earlier one. */
function drawUpdate({members, index, values}: Setup, round: number): Float32Array {
  const update = new Float32Array(values);
  let state = 1 + index + members * round;
  for (let place = 0; place < values; place++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    update[place] = state * 1e-12;
  }
  return update;
}

let opened: Member | null = null;
let prepared: ReturnType<typeof releaseUpdate>["release"] | null = null;
let outdated: string | null = null;

function member(): Member {
  if (opened === null) throw new Error("the member is not open");
  return opened;
}

const methods = {
  async open(setup: Setup): Promise<readonly string[]> {
    opened = await openMember(setup);
    return opened.network.addresses();
  },
  /** How many links are up. */
  links: (): number =>
    member()
      .network.links()
      .filter(({status}) => status === "up").length,
  /** Makes the next round's contribution, as local training would end. */
  prepare(): void {
    const {setup, session} = member();
    const update = drawUpdate(setup, session.view().round);
    prepared = releaseUpdate({
      update,
      weight: WEIGHT,
      codec,
      dither: NO_DITHER,
      clipNorm: 1e9,
      hash: sha256,
    }).release;
  },
  /** Contributes, and waits for the round's certificate. */
  async mix() {
    const {session, storage, transport, certified} = member();
    if (prepared === null) throw new Error("nothing is prepared");
    const ended = certified();
    const startMs = machineMs();
    transport.contribute(session.view().round, prepared);
    const result = await ended;
    const endMs = machineMs();
    await storage.models.remove(prepared.hash);
    if (outdated !== null) {
      transport.withdraw(outdated);
      await storage.models.remove(outdated);
    }
    outdated = result;
    const contributors = session.view().certified?.certificate.body.contributors.length ?? 0;
    return {startMs, endMs, result, contributors};
  },
};

/** What this process can be asked for. */
export type RoundMember = typeof methods;

serve(methods);
