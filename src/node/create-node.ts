import {
  consortiumId,
  type IdentifiedPlan,
  type Identity,
  type Roster,
  rosterHash,
  runId,
} from "../consortium/index.ts";
import {
  type Clock,
  type Closable,
  type CloseStack,
  createCloseStack,
  createRandom,
  errorLine,
  type Logger,
  sha256,
} from "../core/index.ts";
import type {LocatedTask} from "../data/index.ts";
import {type Restored, recordSession, type Session} from "../gossip/index.ts";
import type {BackendPreference} from "../model/index.ts";
import type {Network, NetworkOptions} from "../network/index.ts";
import type {ReleaseCount, RunStorage, StateDirectory} from "../storage/index.ts";
import {openTrainer, type Trainer, type TrainerOptions} from "../training/index.ts";
import type {EventFeed} from "./event-feed.ts";
import {createFailure, type Failure} from "./failure.ts";
import {createNodeView, type NodeView, nameIn} from "./node-view.ts";
import {eventsFor, type Observers, openObservers} from "./observers.ts";
import {withPeerNames} from "./peer-names.ts";
import {planStages} from "./plan-stages.ts";
import {primitivesOf} from "./primitives.ts";
import {readIdentity} from "./read-identity.ts";
import {type OpenedRun, openRecords, sealSplit, writeRecord} from "./records.ts";
import {type RoundRecord, roundRecords} from "./round-record.ts";
import {createRoundWork, type RoundWork} from "./round-work.ts";
import {Run} from "./run.ts";
import type {RoundTimes} from "./run-chronicle.ts";
import type {RunOutcome} from "./run-types.ts";
import {sessionSetup, traceContext} from "./session-setup.ts";
import {openSite, type Site} from "./site.ts";
import {openStates, type SiteStates} from "./site-state.ts";
import type {Stages} from "./stages.ts";
import {createTransport} from "./transport.ts";
import {askToVouch} from "./vouching.ts";

/** What a node daemon is made of; who calls has opened the state directory and closes it afterwards. */
export interface NodeOptions {
  readonly site: string;
  readonly state: StateDirectory;
  readonly roster: Roster;
  readonly plan: IdentifiedPlan;
  readonly approvedPlan: string;
  /** Which run of the plan, from 1. */
  readonly attempt: number;
  readonly task: LocatedTask;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly backend: BackendPreference;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Opens the peer links, for the run or for a restored node's question before; the caller knows of what kind they are. */
  openNetwork(options: NetworkOptions, purpose: "run" | "vouching"): Promise<Network>;
  /** Module of the training thread; the default is the compiled one. */
  readonly workerUrl?: URL;
  /** Is told what happens at the node; a new one when absent. */
  readonly feed?: EventFeed;
  /** Ends the waiting of a restored node for the others, so that it does not start. */
  readonly signal?: AbortSignal;
}

/** A running node. */
export interface Node extends Closable {
  view(): NodeView;
  /** The plan that the node runs. */
  readonly plan: IdentifiedPlan;
  readonly roster: Roster;
  /** The last `limit` certified rounds, newest first. */
  rounds(limit: number): readonly RoundRecord[];
  /** What has left the node, oldest day first. */
  releases(): readonly ReleaseCount[];
  /** Resolves when the run has ended; rejects when the node cannot go on. The node serves peers until closed. */
  readonly outcome: Promise<RunOutcome>;
}

function networkOptions(options: NodeOptions, facts: Facts): Omit<NetworkOptions, "events"> {
  const {roster, clock, logger, site} = options;
  const {identity, consortium, run, stages} = facts;
  return {
    identity: {privateKeySeed: identity.seed, peerId: identity.peerId},
    roster: {
      members: roster.members.map(({peerId}) => peerId),
      rendezvous: sha256(new TextEncoder().encode(`consilium/rendezvous/1 ${consortium}`)),
    },
    handshake: {consortium, roster: rosterHash(roster), run, layout: stages.layout},
    clock,
    random: createRandom({seed: clock.wallMs() % 2 ** 31, site, round: 0, purpose: "redial"}),
    logger: logger.child({room: "network"}),
  };
}

/** What a node knows about itself and its run before it opens anything. */
interface Facts {
  readonly identity: Identity;
  readonly site: Site;
  readonly stages: Stages;
  readonly run: string;
  readonly consortium: string;
  /** Members that train and vote, sorted. */
  readonly members: readonly string[];
}

async function establish(options: NodeOptions): Promise<Facts> {
  const {plan, roster, state} = options;
  const identity = await readIdentity(state);
  const site = await openSite({...options, peerId: identity.peerId});
  return {
    identity,
    site,
    stages: planStages(plan.plan, site.features.length, site.patients),
    run: runId(plan.hash, options.attempt),
    consortium: consortiumId(roster.consortium),
    members: roster.members
      .filter(({role}) => role === "trainer")
      .map(({peerId}) => peerId)
      .sort(),
  };
}

async function recordedSession(
  options: NodeOptions,
  facts: Facts,
  {restored, storage}: {readonly restored: Restored; readonly storage: RunStorage},
): Promise<Session> {
  const {plan, roster, logger} = options;
  const {identity, run, consortium, site} = facts;
  const session = {...facts, self: identity.peerId, roster: rosterHash(roster)};
  const names = new Map(roster.members.map(({peerId, name}) => [peerId, name]));
  const primitives = primitivesOf(identity, consortium, run);
  const trace = await storage.openTrace((error) =>
    logger.warn("the flight recorder has stopped", {error: errorLine(error)}),
  );
  const context = traceContext(plan.plan, session, {features: site.features.length, names});
  return recordSession({...sessionSetup(plan.plan, session), primitives, restored}, context, trace);
}

/** Opens the trainer and says what it computes on, and what a faster backend lacks. */
async function openLoggedTrainer(logger: Logger, options: TrainerOptions): Promise<Trainer> {
  const trainer = await openTrainer(options);
  const {backend, passedOver, warning} = trainer;
  const notUsed = passedOver.map(({name, reason}) => `${name}: ${reason}`);
  logger.info("the compute backend is open", {backend, notUsed});
  if (warning !== null) logger.warn(warning, {backend});
  return trainer;
}

function workOf(
  options: NodeOptions,
  {site, stages}: Facts,
  {states, logger}: {readonly states: SiteStates; readonly logger: Logger},
): RoundWork {
  const {plan, site: name, backend, workerUrl} = options;
  const {model: spec, training, seed} = plan.plan;
  const module = workerUrl === undefined ? {} : {workerUrl};
  const common = {spec, training, seed, site: name, backend, ...module};
  return createRoundWork({
    plan: plan.plan,
    site,
    stages,
    states,
    openTrainer: (train) => openLoggedTrainer(logger, {...common, train}),
  });
}

/**
 * Builds a node and starts its part in the plan's run: everything that can be wrong with files and data is
 * refused before the first byte is exchanged.
 * @throws NODE_*, DATA_*, STORAGE_*, NETWORK_* coded errors
 */
export async function createNode(options: NodeOptions): Promise<Node> {
  const facts = await establish(options);
  const names = new Map(options.roster.members.map(({peerId, name}) => [peerId, name]));
  const logger = withPeerNames(options.logger, names).child({run: facts.run});
  const stack = createCloseStack();
  try {
    return await assemble({...options, logger}, facts, stack);
  } catch (error) {
    await stack.close();
    throw error;
  }
}

/** What the network and the protocol of a run are opened on. */
interface RunParts {
  readonly opened: OpenedRun;
  readonly storage: RunStorage;
  readonly observers: Observers;
  readonly failure: Failure;
  readonly work: RoundWork;
  readonly run: Run;
}

/** Opens the run's storage, its observers and the work of its rounds; nothing of it has met a peer yet. */
async function openRunParts(options: NodeOptions, facts: Facts, stack: CloseStack): Promise<RunParts> {
  const {plan, logger} = options;
  const {identity, site, stages, run, members} = facts;
  const self = identity.peerId;
  const storage = stack.add(await options.state.openRun(run));
  const opened = await openRecords(storage, stages.shapeOf);
  const {certificates, isTestOpened, siteLines} = opened;
  await sealSplit(storage, opened.manifest, site.split.manifestHash);
  const observers = await openObservers(options, facts, stack);
  const failure = createFailure(observers.feed, logger, () => siteRun.progress().outcome !== null);
  const states = await openStates(storage, stages, {lines: siteLines, certificates, self});
  const work = workOf(options, facts, {states, logger: logger.child({room: "training"})});
  const siteRun = stack.add(
    new Run({
      self,
      members,
      plan: plan.plan,
      site,
      stages,
      storage,
      work,
      logger: logger.child({room: "node"}),
      certificates,
      isTestOpened,
      siteLines,
      chronicle: observers.chronicle,
      onFatal: failure.fail,
    }),
  );
  await siteRun.prepare(opened.restored);
  return {opened, storage, observers, failure, work, run: siteRun};
}

/** A node whose state came out of a backup takes part once the others know of nothing that it has forgotten. */
async function vouched(options: NodeOptions, facts: Facts, restored: Restored): Promise<void> {
  const {state, roster, clock, logger, signal} = options;
  const {identity, run, members, consortium} = facts;
  if (!(await state.isUnvouched(run))) return;
  const self = identity.peerId;
  // An evaluator votes on nothing.
  if (members.includes(self)) {
    const primitives = primitivesOf(identity, consortium, run);
    const openNetwork = (events: NetworkOptions["events"]): Promise<Network> =>
      options.openNetwork({...networkOptions(options, facts), events}, "vouching");
    const nameOf = (member: string): string => nameIn(roster, member);
    const asked = {self, run, roster: rosterHash(roster), members, primitives, restored, nameOf};
    await askToVouch({...asked, clock, logger: logger.child({room: "node"}), openNetwork, signal});
  }
  await state.vouchFor(run);
}

async function assemble(options: NodeOptions, facts: Facts, stack: CloseStack): Promise<Node> {
  const {plan, roster, clock, logger} = options;
  const parts = await openRunParts(options, facts, stack);
  await vouched(options, facts, parts.opened.restored);
  const {storage, observers, failure, work, run} = parts;
  const {restored} = parts.opened;
  const session = await recordedSession(options, facts, {restored, storage});
  const vectors = new Set<string>();
  const transport = createTransport({
    session,
    clock,
    logger: logger.child({room: "gossip"}),
    traffic: observers.traffic,
    write: (record) => writeRecord(storage, record, vectors),
    onRunEffect: (effect) => run.onRunEffect(effect),
    onFatal: failure.fail,
  });
  const events = eventsFor(transport, observers, roster);
  const network = stack.add(await options.openNetwork({...networkOptions(options, facts), events}, "run"));
  // Closed before the network: no effect may reach a closed one.
  stack.add({close: async () => transport.close()});
  transport.attach(network);
  run.start(session, transport, restored);
  const {book, chronicle, traffic} = observers;
  const {stageOf} = facts.stages;
  const nameOf = (member: string): string => nameIn(roster, member);
  return {
    plan,
    roster,
    outcome: Promise.race([run.outcome, failure.promise]),
    view: () =>
      createNodeView({options, facts, session, network, run, work, chronicle, traffic, fault: failure.code}),
    rounds(limit) {
      const {certificates} = run.progress();
      const {members} = facts;
      const timesOf = (round: number): RoundTimes => chronicle.timesOf(round);
      return roundRecords({certificates, members, nameOf, stageOf, timesOf}, limit);
    },
    releases: () => book.counts(),
    close: () => stack.close(),
  };
}
