import type {IdentifiedPlan, Roster} from "../consortium/index.ts";
import {present} from "../core/index.ts";
import {type MemberId, quorumSize, type Session} from "../gossip/index.ts";
import type {LinkState, Network} from "../network/index.ts";
import {absentFrom} from "./absence.ts";
import {allowedSeconds} from "./own-parts.ts";
import type {RoundShare} from "./round-shares.ts";
import type {RoundWork} from "./round-work.ts";
import type {Run} from "./run.ts";
import type {RunChronicle} from "./run-chronicle.ts";
import type {RunOutcome, RunProgress, Withheld} from "./run-types.ts";
import {quorumRule} from "./session-setup.ts";
import type {Stage, Stages} from "./stages.ts";
import type {ExchangeCounts, Traffic} from "./traffic.ts";

/** A status is asked for every few seconds; who wants all rounds asks for those. */
const MAX_ABSENCES = 50;

/** One other member as this node sees it. */
export interface PeerView {
  readonly name: string;
  readonly role: string;
  readonly link: LinkState;
  /** When a blob last went to or came from it, in wall-clock ms; null if none has since the start. */
  readonly lastExchangeWallMs: number | null;
  /** How many of the rounds remembered were certified without it; 0 for a member that does not train. */
  readonly absences: number;
}

/** How the run advances in time. */
export interface Pace {
  /** When the node had read its data and turned to the run, in wall-clock ms. */
  readonly startedWallMs: number;
  /** When the round under way began at this node, in wall-clock ms. */
  readonly roundSinceWallMs: number;
  /** When the last round was certified here; null if none was since the start. */
  readonly lastCertifiedWallMs: number | null;
  /**
   * When this site's part last took effect: a round certified with its contribution, of an evaluator any certified
   * round, or a committed exchange of an asynchronous segment; null: not since the start.
   */
  readonly lastPartWallMs: number | null;
  /** How long it may be until the next such part while all is well: see {@link allowedSeconds}. */
  readonly allowedSeconds: number;
  /** Durations of the last 20 rounds like the one under way that this daemon saw from their beginning, oldest first. */
  readonly recentRoundSeconds: readonly number[];
  /** Their median; null without any. */
  readonly medianRoundSeconds: number | null;
  /** The longest that the plan lets a round wait for a member. */
  readonly deadlineSeconds: number;
}

/** The end of the run at this site. */
export interface ResultView {
  /** The last round. */
  readonly round: number;
  /** Hash of the final model, in the node's state directory. */
  readonly model: string;
  /** The model on this site's test patients; null without any, or where `withheld.test`. */
  readonly test: RunOutcome["test"];
}

/** A certified round, for people. */
export interface RoundView {
  readonly round: number;
  /** The ballot whose exchange made the result: 0 unless something went wrong. */
  readonly attempt: number;
  /** Hash of the resulting parameters. */
  readonly result: string;
  readonly absent: readonly string[];
}

/** Everything a node tells about itself; no record, key, path or small count is in it. */
export interface NodeView {
  readonly site: string;
  readonly peerId: string;
  readonly role: string;
  readonly consortium: string;
  /** How many members train and vote. */
  readonly voters: number;
  /** How many of them decide a round. */
  readonly quorum: number;
  readonly plan: {readonly name: string; readonly hash: string; readonly run: string};
  readonly addresses: readonly string[];
  readonly activity: RunProgress["activity"];
  readonly round: number;
  readonly rounds: number;
  /** What the round under way is for; null when the run has ended. */
  readonly stage: Stage["kind"] | null;
  readonly ready: readonly string[];
  readonly waitingFor: readonly string[];
  /** Since when it waits for them, in wall-clock ms; null when it waits for nobody. */
  readonly waitingSinceWallMs: number | null;
  readonly peers: readonly PeerView[];
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** What trains, or null before the first round of training. */
  readonly backend: string | null;
  readonly loss: number | null;
  readonly validation: RunProgress["validation"];
  /**
   * How far this site's own model was from what the members agreed on, relative to that, in the last round of
   * training that it worked in: |own - agreed| / |agreed|; null before.
   */
  readonly consensusDistance: number | null;
  readonly pace: Pace;
  readonly exchanges: ExchangeCounts;
  /** Members that contradicted themselves in this run, of which the journal keeps the proof. */
  readonly equivocators: readonly string[];
  /** Code of what keeps the node from going on; null as long as nothing does. */
  readonly fault: string | null;
  /** The last certified round. */
  readonly certified: RoundView | null;
  /** The last 50 rounds that went on without some members, oldest first. */
  readonly absences: readonly RoundView[];
  /** In how many rounds each member that trains, this one included, took part. */
  readonly shares: readonly RoundShare[];
  /** Which figures are null because they may not be shown, and not because they are not known yet. */
  readonly withheld: Withheld;
  /** Null until the run has ended and the final model was tried on the test patients. */
  readonly result: ResultView | null;
}

/** What a view is drawn from. */
export interface NodeViewSources {
  readonly options: {
    readonly site: string;
    readonly roster: Roster;
    readonly plan: IdentifiedPlan;
  };
  readonly facts: {
    readonly identity: {readonly peerId: string};
    readonly run: string;
    readonly stages: Stages;
    readonly members: readonly MemberId[];
  };
  readonly session: Session;
  readonly network: Network;
  readonly run: Run;
  readonly work: RoundWork;
  readonly chronicle: RunChronicle;
  readonly traffic: Traffic;
  /** Code of what keeps the node from going on. */
  fault(): string | null;
}

function peerViews(
  {options, facts, network, traffic}: NodeViewSources,
  rounds: readonly RoundView[],
): PeerView[] {
  const {members} = options.roster;
  return network.links().map((link) => {
    const {name, role} = present(
      members.find(({peerId}) => peerId === link.peer),
      "the roster's line of a linked member",
    );
    return {
      name,
      role,
      link,
      lastExchangeWallMs: traffic.lastExchangeWallMs(link.peer),
      absences: facts.members.includes(link.peer)
        ? rounds.filter(({absent}) => absent.includes(name)).length
        : 0,
    };
  });
}

function paceOf({options, chronicle, session}: NodeViewSources): Pace {
  const {deadline, start} = options.plan.plan;
  const hasBegun = session.view().round > 0;
  return {
    startedWallMs: chronicle.startedWallMs,
    roundSinceWallMs: chronicle.roundSinceWallMs(),
    lastCertifiedWallMs: chronicle.lastCertifiedWallMs(),
    lastPartWallMs: chronicle.lastPartWallMs(),
    allowedSeconds: allowedSeconds({
      deadlineSeconds: deadline.maximumSeconds,
      usualSeconds: chronicle.usualPartSeconds(),
      workSeconds: chronicle.workSeconds(),
      startSeconds: hasBegun ? 0 : start.waitSeconds,
    }),
    recentRoundSeconds: chronicle.recentRoundSeconds(),
    medianRoundSeconds: chronicle.medianRoundSeconds(),
    deadlineSeconds: deadline.maximumSeconds,
  };
}

function resultOf({outcome}: RunProgress): ResultView | null {
  if (outcome === null) return null;
  const {round, result} = outcome.certificate.body;
  return {round, model: result, test: outcome.test};
}

/** The name on the roster of a member. */
export function nameIn({members}: Roster, member: MemberId): string {
  return members.find(({peerId}) => peerId === member)?.name ?? "unknown";
}

function identityOf({options, facts}: NodeViewSources) {
  const {roster, plan, site} = options;
  const {peerId} = facts.identity;
  return {
    site,
    peerId,
    role: roster.members.find((member) => member.peerId === peerId)?.role ?? "unknown",
    consortium: roster.consortium,
    voters: facts.members.length,
    quorum: quorumSize(quorumRule(plan.plan), facts.members.length),
    plan: {name: plan.plan.name, hash: plan.hash, run: facts.run},
  };
}

/** The node as it is now. */
export function createNodeView(sources: NodeViewSources): NodeView {
  const {options, facts, session, network, run, work} = sources;
  const {roster} = options;
  const nameOf = (member: MemberId): string => nameIn(roster, member);
  const {round, ready, isFinished} = session.view();
  const progress = run.progress();
  const {activity, loss, validation, certificates, consensusDistance} = progress;
  // With the own work done and others' missing, it is they who are waited for; else the protocol says for whom.
  const isLate = (member: MemberId): boolean => !ready.includes(member) && member !== facts.identity.peerId;
  const late = activity === "exchanging" ? facts.members.filter(isLate) : [];
  const waitingFor = (late.length > 0 ? late : progress.waitingFor).map(nameOf);
  const rounds = certificates.map((certificate) => {
    const {round: certifiedRound, attempt, result} = certificate.body;
    return {
      round: certifiedRound,
      attempt,
      result,
      absent: absentFrom(certificate, facts.members).map(nameOf),
    };
  });
  return {
    ...identityOf(sources),
    addresses: network.addresses(),
    activity: late.length > 0 ? "waiting" : activity,
    round,
    rounds: facts.stages.rounds,
    stage: isFinished ? null : facts.stages.stageOf(round).kind,
    ready: ready.map(nameOf),
    waitingFor,
    waitingSinceWallMs: waitingFor.length === 0 ? null : sources.chronicle.waitingSinceWallMs(),
    peers: peerViews(sources, rounds),
    ...network.totals(),
    backend: work.trainer()?.backend ?? null,
    loss,
    validation,
    consensusDistance,
    pace: paceOf(sources),
    exchanges: sources.traffic.counts(),
    equivocators: sources.chronicle.equivocators(),
    fault: sources.fault(),
    certified: rounds.at(-1) ?? null,
    absences: rounds.filter(({absent}) => absent.length > 0).slice(-MAX_ABSENCES),
    shares: progress.shares.shares(nameOf),
    withheld: progress.withheld,
    result: resultOf(progress),
  };
}
