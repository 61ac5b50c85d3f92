import type {Meter} from "../../core/index.ts";
import type {EventFeed, Node, NodeView} from "../../node/index.ts";
import type {AlertBoard} from "../alert-board.ts";
import {healthOf} from "../health.ts";
import {createEventMetrics} from "./event-metrics.ts";
import {createPeerMetrics} from "./peer-metrics.ts";
import {timestampSeconds} from "./timestamp.ts";

/** The sources of a node's metrics. */
export interface NodeMetricsSources {
  readonly feed: EventFeed;
  readonly alerts: AlertBoard;
  /** The node, or null while it is starting. */
  node(): Pick<Node, "view" | "releases"> | null;
  /** Wall-clock time in ms. */
  wallMs(): number;
  /** Time at which the certificate of the status server expires, in wall-clock ms; null without TLS. */
  certificateEndsWallMs(): number | null;
  readonly version: string;
}

const PEER_STATES = ["up", "silent", "down"] as const;
const ACTIVITIES = ["waiting", "training", "exchanging", "finished"] as const;

function createStandMetrics(meter: Meter): (view: NodeView) => void {
  const peers = meter.gauge<"state">({
    name: "consilium_peers",
    help: "Other members on the roster, by the state of their link.",
    labels: ["state"],
  });
  const activity = meter.gauge<"activity">({
    name: "consilium_activity",
    help: "1 for what the node does now.",
    labels: ["activity"],
  });
  const quorum = meter.gauge({
    name: "consilium_quorum_members",
    help: "How many members that train must be linked for a decision, this one included.",
  });
  const round = meter.gauge({name: "consilium_round", help: "The round under way, from 0."});
  const planned = meter.gauge({
    name: "consilium_planned_rounds",
    help: "Rounds of the whole run, those of statistics included.",
  });
  const since = meter.gauge({
    name: "consilium_round_start_timestamp_seconds",
    help: "When the round under way began at this node, since the Unix epoch.",
  });
  const part = meter.gauge({
    name: "consilium_last_part_timestamp_seconds",
    help: "When this site's part was last in a certified round, or exchanged, since the Unix epoch; 0 for not since the start.",
  });
  const allowed = meter.gauge({
    name: "consilium_part_allowed_seconds",
    help: "Longest time from one part of this site to the next while the node is healthy.",
  });
  const certified = meter.gauge({
    name: "consilium_last_certified_timestamp_seconds",
    help: "When the last round was certified at this node, since the Unix epoch; 0 for none since the start.",
  });
  const median = meter.gauge({
    name: "consilium_round_median_seconds",
    help: "Median duration of the last 20 rounds; 0 before any is known.",
  });
  return (view) => {
    for (const state of PEER_STATES) {
      peers.set({state}, view.peers.filter(({link}) => link.status === state).length);
    }
    for (const name of ACTIVITIES) activity.set({activity: name}, view.activity === name ? 1 : 0);
    quorum.set({}, view.quorum);
    round.set({}, view.round);
    planned.set({}, view.rounds);
    since.set({}, timestampSeconds(view.pace.roundSinceWallMs));
    certified.set({}, timestampSeconds(view.pace.lastCertifiedWallMs));
    part.set({}, timestampSeconds(view.pace.lastPartWallMs));
    allowed.set({}, view.pace.allowedSeconds);
    median.set({}, view.pace.medianRoundSeconds ?? 0);
  };
}

/** Windows over which a share of rounds is taken. */
const WINDOWS = ["run", "recent"] as const;

function createShareMetrics(meter: Meter): (view: NodeView) => void {
  const share = meter.gauge<"peer" | "window">({
    name: "consilium_round_share_ratio",
    help: "Share of certified rounds with the member's part in them, this node's included: of the run, or of the last 50; NaN before any.",
    labels: ["peer", "window"],
  });
  const counted = meter.gauge<"window">({
    name: "consilium_round_share_rounds",
    help: "How many certified rounds the shares are of.",
    labels: ["window"],
  });
  return ({shares}) => {
    for (const window of WINDOWS) {
      for (const {name: peer, [window]: count} of shares) {
        counted.set({window}, count.certified);
        share.set({peer, window}, count.certified === 0 ? Number.NaN : count.contributed / count.certified);
      }
    }
  };
}

/** Makes the figures that may be withheld or unknown; they are then NaN. */
function createLearningMetrics(meter: Meter): (view: NodeView) => void {
  const loss = meter.gauge({
    name: "consilium_train_loss",
    help: "Mean loss over the last local steps; NaN where withheld.",
  });
  const auroc = meter.gauge({
    name: "consilium_validation_auroc_ratio",
    help: "AUROC of the last certified model on the site's validation patients; NaN where withheld.",
  });
  const low = meter.gauge({
    name: "consilium_validation_auroc_low_ratio",
    help: "Lower end of its 95 % interval.",
  });
  const high = meter.gauge({
    name: "consilium_validation_auroc_high_ratio",
    help: "Upper end of its 95 % interval.",
  });
  const distance = meter.gauge({
    name: "consilium_consensus_distance_ratio",
    help: "How far the site's own model was from the agreed one in the last round, relative to that; NaN before.",
  });
  const unknown = {value: Number.NaN, low: Number.NaN, high: Number.NaN};
  return ({loss: value, validation, consensusDistance}) => {
    const interval = validation?.auroc ?? unknown;
    loss.set({}, value ?? Number.NaN);
    auroc.set({}, interval.value);
    low.set({}, interval.low);
    high.set({}, interval.high);
    distance.set({}, consensusDistance ?? Number.NaN);
  };
}

function createExchangeMetrics(meter: Meter): (view: NodeView) => void {
  const exchanges = meter.counter<"direction" | "outcome">({
    name: "consilium_exchanges_total",
    help: "Transfers of parameters with peers, by direction and outcome.",
    labels: ["direction", "outcome"],
  });
  return ({exchanges: {fetched, fetchFailed, served}}) => {
    exchanges.take({direction: "inbound", outcome: "done"}, fetched);
    exchanges.take({direction: "inbound", outcome: "failed"}, fetchFailed);
    exchanges.take({direction: "outbound", outcome: "done"}, served);
  };
}

function createHealthMetrics(
  meter: Meter,
  {alerts, wallMs}: NodeMetricsSources,
): (view: NodeView | null) => void {
  const healthy = meter.gauge({
    name: "consilium_healthy",
    help: "1 when a round with this site's part was certified recently enough, or the run has ended; else 0.",
  });
  const checks = meter.gauge<"check">({
    name: "consilium_check_ok",
    help: "1 for each check of /readyz that is ok; else 0.",
    labels: ["check"],
  });
  const standing = meter.gauge<"alert" | "severity">({
    name: "consilium_alerts",
    help: "1 for each alert that stands.",
    labels: ["alert", "severity"],
  });
  return (view) => {
    const health = healthOf(view, wallMs());
    healthy.set({}, health.healthy ? 1 : 0);
    for (const {name, ok} of health.checks) checks.set({check: name}, ok ? 1 : 0);
    standing.clear();
    for (const {alert, severity} of alerts.alerts()) standing.set({alert, severity}, 1);
  };
}

/** Makes all metrics of a node in `meter`; they are drawn again at every exposition. */
export function createNodeMetrics(meter: Meter, sources: NodeMetricsSources): void {
  const info = meter.gauge<"version">({
    name: "consilium_build_info",
    help: "1; the label is the version of consilium.",
    labels: ["version"],
  });
  info.set({version: sources.version}, 1);
  const health = createHealthMetrics(meter, sources);
  const parts = [
    createStandMetrics(meter),
    createShareMetrics(meter),
    createLearningMetrics(meter),
    createExchangeMetrics(meter),
    createPeerMetrics(meter, () => sources.node()?.releases() ?? []),
  ];
  createEventMetrics(meter, sources.feed);
  const expiry = meter.gauge({
    name: "consilium_status_certificate_expiry_timestamp_seconds",
    help: "When the certificate of the status server runs out, since the Unix epoch; NaN without TLS.",
  });
  const delegation = meter.gauge({
    name: "consilium_delegation_expiry_timestamp_seconds",
    help: "When the delegation of this node's key ends, since the Unix epoch; NaN if it has no end.",
  });
  meter.onExposition(() => {
    const view = sources.node()?.view() ?? null;
    expiry.set({}, (sources.certificateEndsWallMs() ?? Number.NaN) / 1000);
    delegation.set({}, (view?.delegationEndsWallMs ?? Number.NaN) / 1000);
    health(view);
    if (view !== null) for (const draw of parts) draw(view);
  });
}
