import type {Roster} from "../consortium/index.ts";
import type {MemberId, Session} from "../gossip/index.ts";
import type {LinkState, Network} from "../network/index.ts";
import type {RoundWork} from "./round-work.ts";
import type {Run, RunProgress} from "./run.ts";
import type {Stage, Stages} from "./stages.ts";

/** One other member as this node sees it. */
export interface PeerView {
  readonly name: string;
  readonly role: string;
  readonly link: LinkState;
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
  readonly consortium: string;
  readonly plan: {readonly name: string; readonly hash: string; readonly run: string};
  readonly addresses: readonly string[];
  readonly activity: RunProgress["activity"];
  readonly round: number;
  readonly rounds: number;
  /** What the round under way is for; null when the run has ended. */
  readonly stage: Stage["kind"] | null;
  readonly ready: readonly string[];
  readonly waitingFor: readonly string[];
  readonly peers: readonly PeerView[];
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** What trains, or null before the first round of training. */
  readonly backend: string | null;
  readonly loss: number | null;
  readonly validation: RunProgress["validation"];
  /** The last certified round. */
  readonly certified: RoundView | null;
  /** Rounds that went on without some members, oldest first. */
  readonly absences: readonly RoundView[];
  /** The final model on this site's test patients, once the run has ended; null where withheld. */
  readonly test: NonNullable<RunProgress["outcome"]>["test"];
}

/** What a view is drawn from. */
export interface NodeViewSources {
  readonly options: {
    readonly site: string;
    readonly roster: Roster;
    readonly plan: {readonly hash: string; readonly plan: {readonly name: string}};
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
}

/** The node as it is now. */
export function createNodeView({options, facts, session, network, run, work}: NodeViewSources): NodeView {
  const {roster, plan} = options;
  const nameOf = (member: MemberId): string =>
    roster.members.find(({peerId}) => peerId === member)?.name ?? "unknown";
  const {round, ready, isFinished} = session.view();
  const {activity, loss, validation, certificates, waitingFor, outcome} = run.progress();
  // With the own work done and others' missing, it is they who are waited for; else the protocol says for whom.
  const late = activity === "exchanging" ? facts.members.filter((member) => !ready.includes(member)) : [];
  const rounds = certificates.map(({body}) => ({
    round: body.round,
    attempt: body.attempt,
    result: body.result,
    absent: facts.members.filter((member) => !body.contributors.includes(member)).map(nameOf),
  }));
  return {
    site: options.site,
    peerId: facts.identity.peerId,
    consortium: roster.consortium,
    plan: {name: plan.plan.name, hash: plan.hash, run: facts.run},
    addresses: network.addresses(),
    activity: late.length > 0 ? "waiting" : activity,
    round,
    rounds: facts.stages.rounds,
    stage: isFinished ? null : facts.stages.stageOf(round).kind,
    ready: ready.map(nameOf),
    waitingFor: (late.length > 0 ? late : waitingFor).map(nameOf),
    peers: network.links().map((link) => ({
      name: nameOf(link.peer),
      role: roster.members.find(({peerId}) => peerId === link.peer)?.role ?? "unknown",
      link,
    })),
    ...network.totals(),
    backend: work.trainer()?.backend ?? null,
    loss,
    validation,
    certified: rounds.at(-1) ?? null,
    absences: rounds.filter(({absent}) => absent.length > 0),
    test: outcome?.test ?? null,
  };
}
