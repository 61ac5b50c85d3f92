import type {Meter} from "../../core/index.ts";
import type {EventFeed, NodeEvent} from "../../node/index.ts";

/** From a round on loopback to one over a day: each bound is two to five times the one before. */
const ROUND_BUCKETS_SECONDS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 21_600, 86_400];

/** Kinds of reports that refuse a member's part because it is wrong. */
const REJECTIONS: readonly string[] = ["objection", "proposal-refused", "verdicts", "equivocation"];

type ReportEvent = Extract<NodeEvent, {type: "report"}>;
type RoundEvent = Extract<NodeEvent, {type: "round"}>;

function createRoundTeller(meter: Meter): (event: RoundEvent) => void {
  const completed = meter.counter({
    name: "consilium_rounds_completed_total",
    help: "Rounds certified at this node since its start.",
  });
  const durations = meter.histogram<"phase">({
    name: "consilium_round_duration_seconds",
    help: "How long rounds took at this node: in total, its local work, and the exchange after it.",
    labels: ["phase"],
    buckets: ROUND_BUCKETS_SECONDS,
  });
  const absences = meter.counter<"peer">({
    name: "consilium_absences_total",
    help: "Rounds certified without the member, since the start.",
    labels: ["peer"],
  });
  const rising = meter.gauge({
    name: "consilium_consensus_distance_rising_rounds",
    help: "In how many rounds in a row, up to the last, the consensus distance has risen.",
  });
  let risen = 0;
  let lastDistance = Number.POSITIVE_INFINITY;
  return ({seconds, absent, consensusDistance}) => {
    completed.add({});
    if (consensusDistance !== null) {
      risen = consensusDistance > lastDistance ? risen + 1 : 0;
      lastDistance = consensusDistance;
      rising.set({}, risen);
    }
    for (const [phase, value] of Object.entries(seconds))
      if (value !== null) durations.observe({phase}, value);
    for (const peer of absent) absences.add({peer});
  };
}

/** Makes the metrics that count events; they begin at the start of the daemon. */
export function createEventMetrics(meter: Meter, feed: EventFeed): void {
  const rejected = meter.counter<"reason">({
    name: "consilium_updates_rejected_total",
    help: "Members' parts that were refused because they were wrong, by the kind of report.",
    labels: ["reason"],
  });
  const blocked = meter.counter<"reason">({
    name: "consilium_egress_blocked_total",
    help: "Attempts to send something that may not leave, by the code of the refusal.",
    labels: ["reason"],
  });
  // They start from 0: the first of each kind is seen as an increase.
  for (const reason of REJECTIONS) rejected.take({reason}, 0);
  const linkChanges = meter.counter<"peer" | "status">({
    name: "consilium_link_changes_total",
    help: "How many times the link to the member came up or went down.",
    labels: ["peer", "status"],
  });
  const unreachable = meter.counter<"peer">({
    name: "consilium_parts_unreachable_total",
    help: "Times that a member's part could not be fetched, so that the exchange began anew without it.",
    labels: ["peer"],
  });
  const onReport = ({kind, reason, members, isRejection}: ReportEvent): void => {
    if (isRejection) rejected.add({reason: kind});
    else if (kind === "objection" && reason === "unreachable")
      for (const peer of members) unreachable.add({peer});
  };
  const onRound = createRoundTeller(meter);
  feed.subscribe(null, ({event}) => {
    if (event.type === "round") onRound(event);
    else if (event.type === "egress-blocked") blocked.add({reason: event.reason});
    else if (event.type === "link") linkChanges.add({peer: event.peer, status: event.status});
    else if (event.type === "report") onReport(event);
  });
}
