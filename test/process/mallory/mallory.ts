import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {
  consortiumId,
  createIdentity,
  parseRoster,
  type Roster,
  rosterHash,
  runId,
} from "../../../src/consortium/index.ts";
import {createRandom, sha256, silentLogger, systemClock, toHex} from "../../../src/core/index.ts";
import {restoreSession} from "../../../src/gossip/index.ts";
import {layoutOf} from "../../../src/model/index.ts";
import {createLibp2pNetwork, type Network, type NetworkEvents} from "../../../src/network/index.ts";
import {createRoundWork, sessionSetup} from "../../../src/node/index.ts";
import {networkOptions} from "../../../src/node/network-options.ts";
import {primitivesOf} from "../../../src/node/primitives.ts";
import {openSite} from "../../../src/node/site/site.ts";
import {createTransport} from "../../../src/node/transport.ts";
import type {Mixture} from "../../../src/parameters/index.ts";
import {planStages, type Stages} from "../../../src/participant/index.ts";
import {releaseMixture} from "../../../src/privacy/index.ts";
import {
  type Arithmetic,
  type Certified,
  decodeFrame,
  type Effect,
  type Frame,
  type MemberId,
  type SessionSetup,
} from "../../../src/rounds/index.ts";
import {openStateDirectory} from "../../../src/storage/index.ts";
import type {Trainer} from "../../../src/training/index.ts";
import {openLiar, type Script} from "../../gossip/adversary/liar.ts";
import {freshTask} from "../../node/driven-site.ts";
import type {Consortium, Site} from "../consortium.ts";
import type {NodeStatus} from "../daemon.ts";

/** What mallory does with its part in a round: the honest bytes, or others. */
export type Contributing = (round: number, honest: Uint8Array) => Uint8Array;

/** How mallory behaves; honestly where nothing is said. */
export interface MalloryOptions {
  readonly site: Site;
  /** A daemon whose address it knows. */
  readonly from: NodeStatus;
  readonly script?: Script;
  readonly contributing?: Contributing;
  /** What it computes in another way than the others. */
  readonly arithmetic?: Partial<Arithmetic>;
  /** Is told of every frame that comes. */
  readonly hear?: (from: MemberId, frame: Frame) => void;
  /** Is told what mallory has opened, before its first word. */
  readonly onOpen?: (stages: Stages, network: Network) => void;
  /** Stands between mallory and its network. */
  readonly wrap?: (
    open: (events: NetworkEvents) => Promise<Network>,
    events: NetworkEvents,
  ) => Promise<Network>;
}

/**
 * A member of the roster with its own key: the project's own rooms, with a session whose effects are bent. It runs in
 * the test's process, keeps nothing on a disk, and trains by a fixed nudge.
 */
export interface Mallory {
  readonly setup: SessionSetup;
  readonly stages: Stages;
  readonly network: Network;
  /** The results that it has seen certified, by round. */
  readonly certified: ReadonlyMap<number, Certified>;
  round(): number;
  /** Whether its links to all others are up. */
  isLinked(): boolean;
  close(): Promise<void>;
}

const NUDGE = 0.01;

/** Every value moves by the same: an update like any other, made without data. */
function nudging({layout}: Pick<Trainer, "layout">): Trainer {
  return {
    backend: "cpu",
    passedOver: [],
    warning: null,
    layout,
    localSteps: async ({start, steps}) => ({
      parameters: start.map((value) => value + NUDGE),
      meanLoss: 0,
      steps,
    }),
    score: async ({rows}) => new Float32Array(rows.n),
    close: async () => {},
  };
}

/** The seed of a site's node key. */
export async function keySeedOf({state}: Pick<Site, "state">): Promise<Uint8Array> {
  const directory = await openStateDirectory(state);
  try {
    const seed = await directory.readNodeKey();
    if (seed === undefined) throw new Error("mallory has no key");
    return seed;
  } finally {
    await directory.close();
  }
}

async function rosterOf({root}: Pick<Consortium, "root">): Promise<Roster> {
  return parseRoster(await readFile(join(root, "roster.yaml"), "utf8"), "roster.yaml");
}

async function factsOf({plan, task, root}: Consortium, site: Site) {
  const identity = createIdentity(await keySeedOf(site));
  const roster = await rosterOf({root});
  const checks = {plan, roster, approvedPlan: plan.hash, task, variables: {}, site: site.name};
  const opened = await openSite({...checks, peerId: identity.peerId});
  const run = runId(plan.hash, 1);
  const stages = planStages(plan.plan, opened.features, opened.patients);
  const members = roster.members.map(({peerId}) => peerId).sort();
  const consortium = consortiumId(roster.consortium);
  return {identity, roster, opened, run, stages, members, consortium};
}

/** Opens a {@link Mallory}; close it when the test ends. */
export async function openMallory(consortium: Consortium, options: MalloryOptions): Promise<Mallory> {
  const {plan} = consortium;
  const {site, from, script = ({effects}) => effects, contributing = (_, honest) => honest} = options;
  const facts = await factsOf(consortium, site);
  const {identity, roster, opened, run, stages, members} = facts;
  const honest = primitivesOf(identity, facts.consortium, run);
  const primitives = {...honest, arithmetic: {...honest.arithmetic, ...options.arithmetic}};
  const planned = {self: identity.peerId, run, roster: rosterHash(roster), members, stages};
  const restored = restoreSession([]);
  const setup: SessionSetup = {...sessionSetup(plan.plan, planned), primitives, restored};
  const session = openLiar(setup, script);
  const work = createRoundWork({
    plan: plan.plan,
    site: opened,
    stages,
    openTrainer: async () => nudging({layout: layoutOf(plan.plan.model, opened.features.length)}),
  });
  const certified = new Map<number, Certified>();
  const failures: unknown[] = [];
  const fail = (error: unknown): void => void failures.push(error);
  const contribute = async (before: Certified | null): Promise<void> => {
    const round = before === null ? 0 : before.certificate.body.round + 1;
    if (round === setup.rounds) return;
    const {release} = await work.run(freshTask(stages, before), new AbortController().signal);
    const bytes = contributing(round, release.bytes);
    transport.contribute(round, releaseMixture({hash: toHex(sha256(bytes)), bytes} as Mixture));
  };
  const transport = createTransport({
    session,
    clock: systemClock,
    logger: silentLogger,
    write: async () => {},
    onRunEffect(effect: Extract<Effect, {type: "certified" | "report" | "work"}>) {
      if (effect.type !== "certified") return;
      certified.set(effect.certificate.body.round, effect);
      contribute(effect).catch(fail);
    },
    onFatal: fail,
  });
  const events: NetworkEvents = {
    onLinkUp: (peer) => transport.handle({type: "link-up", peer}),
    onLinkDown: (peer) => transport.handle({type: "link-down", peer}),
    onFrame(peer, bytes) {
      options.hear?.(peer, decodeFrame(bytes));
      transport.onFrame(peer, bytes);
    },
  };
  const site_ = {roster, clock: systemClock, logger: silentLogger, site: site.name};
  const open = (to: NetworkEvents): Promise<Network> =>
    createLibp2pNetwork({
      ...networkOptions(site_, {identity, consortium: facts.consortium, run, stages}),
      random: createRandom({seed: 1, site: site.name, round: 0, purpose: "redial"}),
      events: to,
      listen: ["/ip4/127.0.0.1/tcp/0"],
      bootstrap: from.addresses.slice(0, 1),
      mdns: false,
      knownAddresses: {},
      onAddresses() {},
    });
  const {wrap = (how: typeof open, to: NetworkEvents) => how(to)} = options;
  const network = await wrap(open, events);
  options.onOpen?.(stages, network);
  transport.attach(network);
  await contribute(null);
  return {
    setup,
    stages,
    network,
    certified,
    round: () => session.view().round,
    isLinked: () => network.links().every(({status}) => status === "up"),
    async close() {
      transport.close();
      await network.close();
      if (failures.length > 0) throw failures[0];
    },
  };
}
