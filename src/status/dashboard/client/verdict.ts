import type {Check, CheckName} from "../../answers/health-answer.ts";
import {type DashboardState, isStale} from "./state.ts";
import {many} from "./words.ts";

/** How something stands; never told by colour alone. */
export type Tone = "good" | "bad" | "warn" | "none";

/** The page's first line, and why. */
export interface Verdict {
  readonly tone: Tone;
  readonly headline: string;
  /** What fails, in words; empty when nothing does. */
  readonly reasons: readonly Reason[];
}

/** A check that fails. */
export interface Reason {
  /** What that means; does not change while it lasts. */
  readonly means: string;
  /** The check's name. */
  readonly check: CheckName;
  /** What it found, which may change at every look. */
  readonly detail: string;
}

const FAILURES: Readonly<Record<CheckName, string>> = {
  started: "the node has not started, or can not go on",
  roster: "this node's key is not on the roster",
  preflight: "the plan or the data did not pass the checks before the run",
  storage: "a write to disk has failed",
  quorum: "too few members are linked to decide a round",
  exchanging: "rounds are not certified at their usual pace",
};

const reasonOf = ({name, detail}: Check): Reason => ({check: name, means: FAILURES[name], detail});

function unhealthy(state: DashboardState, failing: readonly Check[]): Verdict {
  const reasons = failing.map(reasonOf);
  const [first] = reasons;
  const isYoung = state.status?.node.certified === null && state.status.node.fault === null;
  const isOnlyYoung = isYoung && failing.every(({name}) => name === "exchanging");
  if (isOnlyYoung) return {tone: "warn", headline: "Not healthy yet: no round is certified so far", reasons};
  const others = failing.length > 1 ? `, and ${many(failing.length - 1, "other check")} not met` : "";
  return {tone: "bad", headline: `Not healthy: ${first?.means ?? "a check is not met"}${others}`, reasons};
}

/** What the node's last status comes to. */
function ofStatus(state: DashboardState): Verdict {
  const {status} = state;
  if (status === null) return {tone: "none", headline: "Connecting to the node", reasons: []};
  const failing = status.health.checks.filter(({ok}) => !ok);
  if (failing.length > 0) return unhealthy(state, failing);
  const {alerts, node} = status;
  if (alerts.length > 0) {
    return {tone: "warn", headline: `Healthy, but ${many(alerts.length, "alert")} to look at`, reasons: []};
  }
  if (node.activity === "finished")
    return {tone: "good", headline: "Healthy: the run has ended", reasons: []};
  return {tone: "good", headline: "Healthy", reasons: []};
}

/** Whether the node is healthy, and if not, which check fails. */
export function verdictOf(state: DashboardState, nowMs: number): Verdict {
  if (state.token !== "none") {
    const wrong = state.token === "wrong" ? "That token is wrong" : "This node asks for its token";
    return {tone: "none", headline: wrong, reasons: []};
  }
  if (state.answeredMs === null && state.isUnreachable) {
    return {tone: "warn", headline: "The node does not answer", reasons: []};
  }
  if (isStale(state, nowMs)) {
    return {tone: "warn", headline: "Connection lost: what you see is old", reasons: []};
  }
  if (state.isStarting) return {tone: "warn", headline: "The node is starting", reasons: []};
  return ofStatus(state);
}
