import type {ReplayedStep} from "../../gossip/index.ts";
import type {Report} from "../../rounds/index.ts";

type Claims = Extract<Report, {kind: "equivocation"}>["claims"];

const LIES: Readonly<Record<Claims["kind"], string>> = {
  vote: "two votes of one ballot and step",
  ready: "two contributions in one round",
  parts: "two lists of parts in one attempt",
  sum: "a sum that is not that of its parts",
  products: "products that are not those of its part",
};

/** An event of a run that is of interest to a person. */
export interface TimelineEntry {
  /** Milliseconds from the start of the trace. */
  readonly atMs: number;
  /** Counted from 1. */
  readonly round: number;
  readonly text: string;
  /** True if the event is one of the ways in which a round goes wrong. */
  readonly isTrouble: boolean;
}

type Names = (peer: string) => string;

function reportText(report: Report, nameOf: Names): string {
  switch (report.kind) {
    case "waiting":
      return `waits for ${report.missing.map(nameOf).join(", ") || "nobody"}`;
    case "left-out":
      return "the others mixed without this node";
    case "took-over":
      return `leads anew, ballot ${report.ballot}`;
    case "verdicts":
      return report.verdicts
        .map(({member, verdict, reason}) => `${nameOf(member)} ${verdict} (${reason})`)
        .join(", ");
    case "joined-late":
      return `came late, and began at the median of ${report.members.map(nameOf).join(", ")}`;
    case "equivocation":
      return `${nameOf(report.member)} lied: ${LIES[report.claims.kind]}`;
    case "fork":
      return `two quorums decided the round differently; ${report.culprits.map(nameOf).join(", ") || "nobody"} voted for both`;
    case "objection":
      return `${nameOf(report.by)} objects to ${nameOf(report.member)}: ${report.reason}`;
    case "mass-undetermined":
      return `an exchange with ${nameOf(report.member)} was abandoned in doubt, weight ${report.weight}`;
    case "views-differ":
      return `${nameOf(report.member)} sees other members: pairs are drawn at random`;
    case "lineage-adopted":
      return `after a partition the model of ${nameOf(report.member)} was adopted`;
    default:
      return `${report.kind}: ${nameOf(report.member)}, ${report.reason}`;
  }
}

function eventMoment(
  {event}: ReplayedStep["entry"],
  nameOf: Names,
): Omit<TimelineEntry, "atMs" | "round"> | null {
  switch (event.type) {
    case "link-up":
      return {text: `link up: ${nameOf(event.peer)}`, isTrouble: false};
    case "link-down":
      return {text: `link down: ${nameOf(event.peer)}`, isTrouble: true};
    case "fetch-failed":
      return {text: "a transfer failed", isTrouble: true};
    case "timer":
      return event.timer === "deadline" ? {text: "the deadline passed", isTrouble: true} : null;
    case "contribute":
      return {text: `own update ready, ${event.size} bytes`, isTrouble: false};
    default:
      return null;
  }
}

function certifiedText(effect: Extract<ReplayedStep["effects"][number], {type: "certified"}>): string {
  const {body, ballot} = effect.certificate;
  const how = ballot === 0 ? "at the first ballot" : `at ballot ${ballot}, mixed in attempt ${body.attempt}`;
  return `certified ${how}, ${body.contributors.length} contributors${effect.hasJumped ? ", rounds missed" : ""}`;
}

/**
 * Returns the moments of a replayed step that are worth reporting.
 * @param startMs time at which the trace began
 */
export function momentsOf(
  step: ReplayedStep,
  {startMs, nameOf}: {readonly startMs: number; readonly nameOf: Names},
): TimelineEntry[] {
  const round = step.round + 1;
  const atMs = step.entry.atMs - startMs;
  const moments: TimelineEntry[] = [];
  const event = eventMoment(step.entry, nameOf);
  if (event !== null) moments.push({atMs, round, ...event});
  if (step.entry.error !== null) {
    moments.push({atMs, round, text: `a peer's bytes were refused: ${step.entry.error}`, isTrouble: true});
  }
  for (const effect of step.effects) {
    if (effect.type === "report") {
      moments.push({atMs, round, text: reportText(effect.report, nameOf), isTrouble: true});
    } else if (effect.type === "certified") {
      const {body, ballot} = effect.certificate;
      moments.push({atMs, round: body.round + 1, text: certifiedText(effect), isTrouble: ballot > 0});
    }
  }
  return moments;
}
