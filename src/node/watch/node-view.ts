import type {IdentifiedPlan, Roster} from "../../consortium/index.ts";
import {present} from "../../core/index.ts";
import type {Session} from "../../gossip/index.ts";
import type {LinkState, Network} from "../../network/index.ts";
import type {Stage, Stages} from "../../participant/index.ts";
import {type MemberId, quorumSize} from "../../rounds/index.ts";
import type {Run} from "../run.ts";
import type {RunOutcome, RunProgress, Withheld} from "../run-types.ts";
import {quorumRule} from "../session-setup.ts";
import {allowedSeconds} from "../site/own-parts.ts";
import type {RoundWork} from "../site/round-work.ts";
import {absentFrom} from "./absence.ts";
import type {RoundShare} from "./round-shares.ts";
import type {RunChronicle} from "./run-chronicle.ts";
import type {ExchangeCounts, Traffic} from "./traffic.ts";

/**
 * Greatest number of absences in a status, which is requested every few seconds; all rounds are available
 * separately.
 */
const MAX_ABSENCES = 50;

/** One other member as this node sees it. */
export interface PeerView {
  readonly name: string;
  readonly role: string;
  readonly link: LinkState;
  /**
   * Time at which a blob last went to or came from it, in wall-clock ms; null if none has since the start.
   */
  readonly lastExchangeWallMs: number | null;
  /** Number of remembered rounds that were certified without it; 0 for a member that does not train. */
  readonly absences: number;
}

/** The progress of the run in time. */
export interface Pace {
  /** Time at which the node had read its data and turned to the run, in wall-clock ms. */
  readonly startedWallMs: number;
  /** Time at which the round under way began at this node, in wall-clock ms. */
  readonly roundSinceWallMs: number;
  /** Time at which the last round was certified here, in wall-clock ms; null if none was since the start. */
  readonly lastCertifiedWallMs: number | null;
  /**
   * Time at which this site's part last took effect, in wall-clock ms; null: not since the start. A part is a
   * round certified with its contribution, for an evaluator any certified round, or a committed exchange of
   * an asynchronous segment.
   */
  readonly lastPartWallMs: number | null;
  /** Time that may pass until the next such part while all is well: see {@link allowedSeconds}. */
  readonly allowedSeconds: number;
  /**
   * Durations of the last 20 rounds like the one under way that this daemon saw from their beginning, oldest
   * first.
   */
  readonly recentRoundSeconds: readonly number[];
  /** Their median; null without any. */
  readonly medianRoundSeconds: number | null;
  /** The longest wait for a member in a round that the plan allows. */
  readonly deadlineSeconds: number;
}

/** The end of the run at this site. */
export interface ResultView {
  /** The last round. */
  readonly round: number;
  /** Hash of the final model, in the node's state directory. */
  readonly model: string;
  /** The results of the model on this site's test patients; null without any, or if `withheld.test`. */
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

/** Everything that a node tells about itself; contains no record, key, path or small count. */
export interface NodeView {
  readonly site: string;
  readonly peerId: string;
  readonly role: string;
  readonly consortium: string;
  /** Time at which the delegation of this node's key ends, in wall-clock ms; null if it has no end. */
  readonly delegationEndsWallMs: number | null;
  /** Number of members that train and vote. */
  readonly voters: number;
  /** Number of them that decide a round. */
  readonly quorum: number;
  readonly plan: {readonly name: string; readonly hash: string; readonly run: string};
  readonly addresses: readonly string[];
  readonly activity: RunProgress["activity"];
  readonly round: number;
  readonly rounds: number;
  /** Purpose of the round under way; null when the run has ended. */
  readonly stage: Stage["kind"] | null;
  readonly ready: readonly string[];
  readonly waitingFor: readonly string[];
  /** Time since which it waits for them, in wall-clock ms; null when it waits for nobody. */
  readonly waitingSinceWallMs: number | null;
  readonly peers: readonly PeerView[];
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Backend of the training, or null before the first round of training. */
  readonly backend: string | null;
  readonly loss: number | null;
  readonly validation: RunProgress["validation"];
  /**
   * Relative distance of this site's own model from the agreed one, in the last round of training in which it
   * worked: |own - agreed| / |agreed|; null before.
   */
  readonly consensusDistance: number | null;
  readonly pace: Pace;
  readonly exchanges: ExchangeCounts;
  /** Members that contradicted themselves in this run, of which the journal keeps the proof. */
  readonly equivocators: readonly string[];
  /** Code of the reason that keeps the node from going on; null if there is none. */
  readonly fault: string | null;
  /** The last certified round. */
  readonly certified: RoundView | null;
  /** The last 50 rounds that went on without some members, oldest first. */
  readonly absences: readonly RoundView[];
  /** Number of rounds in which each member that trains, this one included, took part. */
  readonly shares: readonly RoundShare[];
  /** The figures that are null because they may not be shown, not because they are unknown yet. */
  readonly withheld: Withheld;
  /** Null until the run has ended and the final model was tried on the test patients. */
  readonly result: ResultView | null;
}

/** The sources of a view. */
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
  /** Code of the reason that keeps the node from going on. */
  fault(): string | null;
}

function peerViews(
  {options, facts, network, traffic}: NodeViewSources,
  rounds: readonly RoundView[],
): PeerView[] {
  return network.links().map((link) => {
    const {name, role} = memberIn(options.roster, link.peer);
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

type RosterMember = Roster["members"][number];

function memberIn({members}: Roster, member: MemberId): RosterMember {
  return present(
    members.find(({peerId}) => peerId === member),
    "the roster's line of a member",
  );
}

/** The name of a member on the roster. */
export function nameIn(roster: Roster, member: MemberId): string {
  return memberIn(roster, member).name;
}

function identityOf({options, facts}: NodeViewSources) {
  const {roster, plan, site} = options;
  const {peerId} = facts.identity;
  const {role, until = null} = memberIn(roster, peerId);
  return {
    site,
    peerId,
    role,
    consortium: roster.consortium,
    delegationEndsWallMs: until,
    voters: facts.members.length,
    quorum: quorumSize(quorumRule(plan.plan), facts.members.length),
    plan: {name: plan.plan.name, hash: plan.hash, run: facts.run},
  };
}

/** The present view of the node. */
export function createNodeView(sources: NodeViewSources): NodeView {
  const {options, facts, session, network, run, work} = sources;
  const {roster} = options;
  const nameOf = (member: MemberId): string => nameIn(roster, member);
  const {round, ready, isFinished} = session.view();
  const progress = run.progress();
  const {activity, loss, validation, certificates, consensusDistance} = progress;
  // If the own work is done and others' is missing, the node waits for them; otherwise the protocol names the
  // awaited.
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
