import {type IdentifiedPlan, type Roster, rosterHash} from "../consortium/index.ts";
import {
  type Clock,
  type Closable,
  type CloseStack,
  createCloseStack,
  errorLine,
  type Logger,
} from "../core/index.ts";
import type {LocatedTask} from "../data/index.ts";
import {recordSession, type Session} from "../gossip/index.ts";
import type {BackendPreference} from "../model/index.ts";
import type {Network, NetworkOptions} from "../network/index.ts";
import {createParticipant} from "../participant/index.ts";
import type {Restored} from "../rounds/index.ts";
import type {HistoryPoint, RunStorage, StateDirectory} from "../storage/index.ts";
import {createFailure, type Failure} from "./failure.ts";
import {networkOptions} from "./network-options.ts";
import {primitivesOf} from "./primitives.ts";
import {roundOf} from "./records/forgotten-part.ts";
import {type OpenedRun, openRecords, writeRecord} from "./records/records.ts";
import {askToVouch} from "./records/vouching.ts";
import {Run} from "./run.ts";
import {establish, type RunFacts} from "./run-facts.ts";
import type {RunOutcome} from "./run-types.ts";
import {quorumRule, sessionSetup, traceContext} from "./session-setup.ts";
import {openLoggedTrainer} from "./site/logged-trainer.ts";
import {readOwnHalf} from "./site/own-disk.ts";
import {createRoundWork, type RoundWork} from "./site/round-work.ts";
import {sealSplit, watchValues} from "./site/sealed-split.ts";
import {createTransport} from "./transport.ts";
import type {EventFeed} from "./watch/event-feed.ts";
import {watchExchanges} from "./watch/exchange-watch.ts";
import {createNodeView, type NodeView, nameIn} from "./watch/node-view.ts";
import {eventsFor, type Observers, openObservers} from "./watch/observers.ts";
import {withPeerNames} from "./watch/peer-names.ts";
import type {ReleaseCount} from "./watch/release-book.ts";
import {type RoundRecord, roundRecords} from "./watch/round-record.ts";
import type {RoundTimes} from "./watch/run-chronicle.ts";

/** The parts of a node daemon; the caller has opened the state directory and closes it afterwards. */
export interface NodeOptions {
  readonly site: string;
  readonly state: StateDirectory;
  readonly roster: Roster;
  readonly plan: IdentifiedPlan;
  readonly approvedPlan: string;
  /** Number of the plan's run, from 1. */
  readonly attempt: number;
  readonly task: LocatedTask;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly backend: BackendPreference;
  readonly clock: Clock;
  readonly logger: Logger;
  /**
   * Opens the peer links, for the run or for a restored node's earlier question; the caller knows their kind.
   */
  openNetwork(options: NetworkOptions, purpose: "run" | "vouching"): Promise<Network>;
  /** Module of the training thread; by default the compiled one. */
  readonly workerUrl?: URL;
  /** Hears of events at the node; a new one if absent. */
  readonly feed?: EventFeed;
  /** Number of days for which the ledger is kept at least; all if absent. */
  readonly retentionDays?: number;
  /** Ends the wait of a restored node for the others, so it does not start. */
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
  /** The figures of the run over all of its rounds, at most 512 points; rounds ascend. */
  history(): readonly HistoryPoint[];
  /** Counts of the data that have left the node, oldest day first. */
  releases(): readonly ReleaseCount[];
  /**
   * Resolves when the run has ended; rejects when the node cannot go on. The node serves peers until it is
   * closed.
   */
  readonly outcome: Promise<RunOutcome>;
}

async function recordedSession(
  options: NodeOptions,
  facts: RunFacts,
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

function workOf(options: NodeOptions, {site, stages}: RunFacts, logger: Logger): RoundWork {
  const {plan, site: name, backend, workerUrl} = options;
  const {model: spec, training, seed} = plan.plan;
  const module = workerUrl === undefined ? {} : {workerUrl};
  const common = {spec, training, seed, site: name, backend, ...module};
  return createRoundWork({
    plan: plan.plan,
    site,
    stages,
    openTrainer: (train) => openLoggedTrainer(logger, {...common, train}),
  });
}

/**
 * Builds a node and starts its part in the plan's run. It refuses every fault of files and data before the
 * first byte is exchanged.
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

/** The parts on which the network and the protocol of a run are opened. */
interface RunParts {
  readonly opened: OpenedRun;
  readonly storage: RunStorage;
  readonly observers: Observers;
  readonly failure: Failure;
  readonly work: RoundWork;
  readonly run: Run;
}

/** Opens the run's storage, its observers and the work of its rounds; none of it has met a peer yet. */
async function openRunParts(options: NodeOptions, facts: RunFacts, stack: CloseStack): Promise<RunParts> {
  const {plan, logger} = options;
  const {identity, site, stages, run, members, consortium} = facts;
  const self = identity.peerId;
  options.feed?.emit({type: "opening", step: "records"});
  const storage = stack.add(await options.state.openRun(run));
  const {verify} = primitivesOf(identity, consortium, run);
  const opened = await openRecords(storage, stages.shapeOf, {run, verify});
  const {certificates, testOpened, siteLines, restored} = opened;
  const {equivocators} = restored;
  await sealSplit(storage, opened.sealed, {manifest: site.split.manifestHash, parts: site.parts});
  await watchValues(storage, opened.values, site.split, logger.child({room: "data"}));
  const round = roundOf(restored);
  const onFatal = (error: unknown): void => failure.fail(error);
  const watched = {
    stages,
    members,
    self,
    storage,
    equivocators,
    identity,
    run,
    plan: plan.hash,
    round,
    onFatal,
  };
  const observers = await openObservers(options, watched, stack);
  const failure = createFailure(observers.feed, logger, () => siteRun.progress().outcome !== null);
  const history = {lines: siteLines, certificates, self};
  const participant = createParticipant(
    {self, isTraining: (round) => stages.stageOf(round).kind === "training"},
    await readOwnHalf(storage, stages, {history, restored}),
  );
  const work = workOf(options, facts, logger.child({room: "training"}));
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
      testOpened,
      participant,
      chronicle: observers.chronicle,
      onFatal: failure.fail,
    }),
  );
  await siteRun.prepare(restored);
  return {opened, storage, observers, failure, work, run: siteRun};
}

/**
 * Makes a node whose state came out of a backup wait until the others know of nothing that it has forgotten.
 */
async function vouched(options: NodeOptions, facts: RunFacts, restored: Restored): Promise<void> {
  const {state, roster, clock, logger, signal} = options;
  const {identity, run, members, consortium} = facts;
  if (!(await state.isUnvouched(run))) return;
  options.feed?.emit({type: "opening", step: "members"});
  const self = identity.peerId;
  // An evaluator has no vote.
  if (members.includes(self)) {
    const primitives = primitivesOf(identity, consortium, run);
    const openNetwork = (events: NetworkOptions["events"]): Promise<Network> =>
      options.openNetwork({...networkOptions(options, facts), events}, "vouching");
    const nameOf = (member: string): string => nameIn(roster, member);
    const quorum = quorumRule(options.plan.plan);
    const asked = {self, run, roster: rosterHash(roster), members, quorum, primitives, restored, nameOf};
    await askToVouch({...asked, clock, logger: logger.child({room: "node"}), openNetwork, signal});
  }
  await state.vouchFor(run);
}

async function assemble(options: NodeOptions, facts: RunFacts, stack: CloseStack): Promise<Node> {
  const {plan, roster, clock, logger} = options;
  const parts = await openRunParts(options, facts, stack);
  await vouched(options, facts, parts.opened.restored);
  const {storage, observers, failure, work, run} = parts;
  const {restored} = parts.opened;
  const session = await recordedSession(options, facts, {restored, storage});
  const vectors = new Set<string>();
  const onWritten = watchExchanges(session, restored, () => observers.chronicle.exchanged());
  const transport = createTransport({
    session,
    clock,
    logger: logger.child({room: "gossip"}),
    traffic: observers.traffic,
    async write(record) {
      await writeRecord(storage, record, vectors);
      onWritten(record);
    },
    onRunEffect(effect) {
      if (effect.type === "certified") observers.book.settled(effect.certificate.body.round);
      run.onRunEffect(effect);
    },
    onFatal: failure.fail,
  });
  const events = eventsFor(transport, observers, roster);
  options.feed?.emit({type: "opening", step: "network"});
  const network = stack.add(await options.openNetwork({...networkOptions(options, facts), events}, "run"));
  // Closed before the network: no effect may reach a closed one.
  stack.add({close: async () => transport.close()});
  transport.attach(network);
  run.start(session, transport, restored);
  const {book, chronicle, history, traffic} = observers;
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
      const timesOf = (round: number): RoundTimes => chronicle.timesOf(round);
      return roundRecords({certificates, members: facts.members, nameOf, stageOf, timesOf}, limit);
    },
    history: () => history.points(),
    releases: () => book.counts(),
    close: () => stack.close(),
  };
}
