import type {NodeView} from "../node/index.ts";
import {type Check, HEALTH_CHECKS, type Health, READINESS_CHECKS} from "./answers/health-answer.ts";

/** Number of trainers that are linked and not silent, including this node if it trains. */
export function linkedVoters({peers, role}: NodeView): number {
  const linked = peers.filter((peer) => peer.role === "trainer" && peer.link.status === "up").length;
  return linked + (role === "trainer" ? 1 : 0);
}

/** Tells whether no round remains; the final model may still be under test. */
export function hasEnded({stage}: NodeView): boolean {
  return stage === null;
}

/** Number of seconds since a certified round last contained this site's part, or since the start. */
export function partAgeSeconds({pace}: NodeView, wallMs: number): number {
  return Math.max(0, (wallMs - (pace.lastPartWallMs ?? pace.startedWallMs)) / 1000);
}

/** Tells whether the site's last part, or else the start, is longer ago than is allowed. */
export function isOverdue(view: NodeView, wallMs: number): boolean {
  return !hasEnded(view) && partAgeSeconds(view, wallMs) > view.pace.allowedSeconds;
}

/** State of the run at a node that is up. */
type RunState = Extract<Health["state"], "waiting" | "exchanging" | "stalled" | "finished">;

function runState(view: NodeView, wallMs: number): RunState {
  if (hasEnded(view)) return "finished";
  if (view.pace.lastPartWallMs === null) return "waiting";
  return isOverdue(view, wallMs) ? "stalled" : "exchanging";
}

/** A time of day for people, in seconds. */
function timeText(wallMs: number): string {
  return `${new Date(wallMs).toISOString().slice(0, 19)}Z`;
}

function waitingText({waitingFor, waitingSinceWallMs: since}: NodeView): string {
  if (waitingFor.length === 0) return "";
  return `; waiting for ${waitingFor.join(", ")}${since === null ? "" : ` since ${timeText(since)}`}`;
}

/** The reason for the state, in one line. */
function reasonOf(view: NodeView, state: RunState, wallMs: number): string {
  const seconds = Math.round(partAgeSeconds(view, wallMs));
  const allowed = Math.ceil(view.pace.allowedSeconds);
  const waiting = waitingText(view);
  switch (state) {
    case "finished":
      return "the run has ended";
    case "waiting":
      return `no round is certified with this site's part since the start, ${seconds} s ago${waiting}`;
    case "exchanging":
      return `this site's part was last certified ${seconds} s ago, ${allowed} s are allowed${waiting}`;
    case "stalled":
      return `this site's part was last certified ${seconds} s ago, only ${allowed} s are allowed${waiting}`;
  }
}

function quorumCheck(view: NodeView): Check {
  const linked = linkedVoters(view);
  const {quorum, voters} = view;
  if (hasEnded(view))
    return {name: "quorum", ok: true, detail: "the run has ended: nothing is left to decide"};
  return {name: "quorum", ok: linked >= quorum, detail: `${linked} of ${voters} linked, ${quorum} needed`};
}

function runningChecks(view: NodeView, state: RunState, reason: string): Check[] {
  const {fault} = view;
  const isStorage = fault?.startsWith("STORAGE_") === true;
  return [
    {name: "started", ok: fault === null || isStorage, detail: fault ?? "the node is up"},
    {name: "storage", ok: !isStorage, detail: isStorage ? fault : "every write succeeded"},
    quorumCheck(view),
    {name: "exchanging", ok: state === "exchanging" || state === "finished", detail: reason},
  ];
}

function startingHealth(): Health {
  const reason = "the node is starting";
  const names = new Set([...READINESS_CHECKS, ...HEALTH_CHECKS]);
  const checks = [...names].map((name) => ({name, ok: false, detail: reason}));
  return {ready: false, healthy: false, state: "starting", reason, since: null, waitingFor: [], checks};
}

/** The health of a node, or of one that is still starting. @param wallMs present time */
export function healthOf(view: NodeView | null, wallMs: number): Health {
  if (view === null) return startingHealth();
  const {fault, pace} = view;
  const state = runState(view, wallMs);
  const reason = reasonOf(view, state, wallMs);
  const checks = runningChecks(view, state, reason);
  const areMet = (names: readonly string[]): boolean =>
    checks.every(({name, ok}) => ok || !names.includes(name));
  const goesOn = state !== "finished";
  const sinceMs = pace.lastPartWallMs ?? pace.startedWallMs;
  return {
    ready: areMet(READINESS_CHECKS),
    healthy: areMet(HEALTH_CHECKS),
    state: fault === null ? state : "failed",
    reason: fault ?? reason,
    since: goesOn ? new Date(sinceMs).toISOString() : null,
    waitingFor: goesOn ? [...view.waitingFor] : [],
    checks,
  };
}
