import type {Alert, CheckName} from "../../answers/health-answer.ts";
import type {StatusResponse} from "../../answers/status-answer.ts";
import {momentText, type Reader} from "./local-time.ts";
import {type DashboardState, isStale, readerOf} from "./state.ts";
import {age, many, names} from "./words.ts";

/** The quality of a state; never shown by colour alone. */
export type Tone = "good" | "bad" | "warn" | "none";

/** The page's first line, and the lines below it. */
export interface HealthVerdict {
  readonly tone: Tone;
  readonly headline: string;
  /** Sentences that may change at every look, and are not read out. */
  readonly details: readonly string[];
}

const OPENINGS = {
  data: "It reads and checks this site's data",
  records: "It reads what it has kept of the run",
  members: "Its state comes from a backup, and it asks the other members whether anything is missing in it",
  network: "It opens the links to the other members",
};

function startingVerdict({opening}: DashboardState, reader: Reader): HealthVerdict {
  const headline = "The node is starting";
  if (opening === null) return {tone: "warn", headline, details: []};
  const {step, since} = opening;
  const seconds = (reader.nowMs - Date.parse(since)) / 1000;
  const details = [`${OPENINGS[step]}, since ${momentText(Date.parse(since), reader)} (${age(seconds)}).`];
  return {tone: "warn", headline, details};
}

/** The linked members that are silent, and the members whose link is down. */
function missing({peers}: StatusResponse["node"]): string {
  const those = (status: "silent" | "down"): readonly string[] =>
    peers.filter(({link}) => link.status === status).map(({name}) => name);
  const verb = (many: readonly string[]): string => (many.length === 1 ? "is" : "are");
  const [silent, down] = [those("silent"), those("down")];
  return [
    ...(silent.length === 0 ? [] : [`${names(silent, 3)} ${verb(silent)} silent`]),
    ...(down.length === 0 ? [] : [`${names(down, 3)} ${verb(down)} not linked`]),
  ].join(", ");
}

/** A sentence on the members for whom a round waits, and since when; none while nobody is waited for. */
export function waitingText(
  {waitingFor, waitingSinceWallMs: since}: StatusResponse["node"],
  reader: Reader,
): string {
  if (waitingFor.length === 0) return "";
  const when = since === null ? "" : ` since ${momentText(since, reader)}`;
  return `waiting for ${names(waitingFor, 4)}${when}`;
}

function healthDetail({health, node}: StatusResponse, reader: Reader): string {
  const {pace} = node;
  const sinceMs = pace.lastPartWallMs ?? pace.startedWallMs;
  const at = momentText(sinceMs, reader);
  const waiting = waitingText(node, reader);
  const also = waiting === "" ? "" : ` It is ${waiting}.`;
  switch (health.state) {
    case "failed":
      return `It stopped with the error ${health.reason}; the log says more.`;
    case "waiting":
      return `It started at ${at}, and no round has ended with this site's part since.${also}`;
    case "stalled":
      return `The last round with this site's part ended at ${at}, ${age((reader.nowMs - sinceMs) / 1000)} ago; up to ${age(pace.allowedSeconds)} is normal.${also}`;
    case "starting":
    case "exchanging":
    case "finished":
      return "";
  }
}

const BAD: Readonly<Record<StatusResponse["health"]["state"], string>> = {
  starting: "The node is starting",
  waiting: "Not healthy yet: waiting for the first round since the start",
  exchanging: "Not healthy",
  stalled: "Not healthy: the rounds have stalled",
  finished: "Not healthy",
  failed: "Not healthy: the node has failed and cannot go on",
};

const FAILING: Readonly<Record<CheckName, string>> = {
  started: "The node cannot go on",
  storage: "A write to disk has failed",
  quorum: "Too few members are linked to decide a round",
  exchanging: "No round has lately ended with this site's part",
};
/** Alerts that the verdict states itself. */
const SAID_HERE: readonly Alert["alert"][] = [
  "peers-below-quorum",
  "peer-silent",
  "round-stalled",
  "node-failed",
];

/** The alerts that the verdict does not state in its own words. */
export function otherAlerts({alerts}: StatusResponse): readonly Alert[] {
  return alerts.filter(({alert}) => !SAID_HERE.includes(alert));
}

function unhealthy(status: StatusResponse, gone: string, details: readonly string[]): HealthVerdict {
  const {alerts, health} = status;
  const isOverdue = alerts.some(({alert}) => alert === "round-stalled");
  const isYoung = health.state === "waiting" && !isOverdue;
  const words = health.state === "waiting" && isOverdue ? BAD.stalled : BAD[health.state];
  return {tone: isYoung ? "warn" : "bad", headline: `${words}${gone === "" ? "" : `; ${gone}`}`, details};
}

/** The verdict on the node's last status. */
function ofStatus(status: StatusResponse, reader: Reader): HealthVerdict {
  const {node, health} = status;
  const isEnd = health.state === "finished";
  const gone = isEnd ? "" : missing(node);
  const failing = health.checks.filter(({ok, name}) => !ok && name !== "exchanging");
  const details = [
    healthDetail(status, reader),
    ...failing.map(({name, detail}) => `${FAILING[name]}: ${detail}.`),
  ].filter((text) => text !== "");
  if (!health.healthy) return unhealthy(status, gone, details);
  const others = otherAlerts(status);
  const look = [
    ...(gone === "" ? [] : [gone]),
    ...(others.length === 0 ? [] : [`${many(others.length, "alert")} to look at`]),
  ];
  const good = isEnd ? "The run has ended" : "Healthy";
  if (look.length === 0) return {tone: "good", headline: good, details};
  return {tone: "warn", headline: `${good}, but ${look.join("; ")}`, details};
}

/** Tells whether the node is healthy, who is missing, and why. @param nowMs by the browser's clock */
export function healthVerdict(state: DashboardState, nowMs: number): HealthVerdict {
  const {status, token} = state;
  const reader = readerOf(state, nowMs);
  const plain = (tone: Tone, headline: string): HealthVerdict => ({tone, headline, details: []});
  if (token !== "none")
    return plain("none", token === "wrong" ? "That token is wrong" : "This node asks for its token");
  if (state.answeredMs === null && state.isUnreachable) return plain("warn", "The node does not answer");
  if (isStale(state, nowMs)) return plain("warn", "Connection lost: what you see is old");
  if (state.isStarting) return startingVerdict(state, reader);
  return status === null ? plain("none", "Connecting to the node") : ofStatus(status, reader);
}
