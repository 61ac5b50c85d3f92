import type {NodeView} from "../node/index.ts";
import {type Check, type CheckName, READINESS_CHECKS} from "./answers/health-answer.ts";

/** A round may take so many times the median before it counts as stalled, and at least so long. */
const STALL_FACTOR = 3;
const STALL_MINIMUM_SECONDS = 60;
/** Where no pace is known. */
const STALL_UNKNOWN_SECONDS = 1800;

/** The outcome of all checks. */
export interface Health {
  readonly ready: boolean;
  readonly healthy: boolean;
  readonly checks: readonly Check[];
}

/** How many members that train are linked, this one included if it trains itself. */
export function linkedVoters({peers, role}: NodeView): number {
  const linked = peers.filter((peer) => peer.role === "trainer" && peer.link.status === "up").length;
  return linked + (role === "trainer" ? 1 : 0);
}

/** After how many seconds without a certified round a run counts as stalled. */
export function stallSeconds({pace}: NodeView): number {
  const {medianRoundSeconds: median, deadlineSeconds} = pace;
  if (median === null) return STALL_UNKNOWN_SECONDS;
  return Math.max(STALL_MINIMUM_SECONDS, STALL_FACTOR * median, median + 2 * deadlineSeconds);
}

/** How long the round under way has taken, in seconds. */
export function roundAgeSeconds({pace}: NodeView, wallMs: number): number {
  return Math.max(0, (wallMs - pace.roundSinceWallMs) / 1000);
}

function quorumCheck(view: NodeView): Check {
  const linked = linkedVoters(view);
  const {quorum, voters} = view;
  return {name: "quorum", ok: linked >= quorum, detail: `${linked} of ${voters} linked, ${quorum} needed`};
}

function exchangingCheck(view: NodeView, wallMs: number): Check {
  const name: CheckName = "exchanging";
  if (view.activity === "finished") return {name, ok: true, detail: "the run has ended"};
  const waiting = view.waitingFor.length === 0 ? "" : `; waiting for ${view.waitingFor.join(", ")}`;
  if (view.certified === null) return {name, ok: false, detail: `no round is certified yet${waiting}`};
  const age = roundAgeSeconds(view, wallMs);
  const ok = age <= stallSeconds(view) && linkedVoters(view) >= view.quorum;
  return {name, ok, detail: `round ${view.round + 1} has taken ${Math.round(age)} s${waiting}`};
}

/** The checks of a node, or of one that is still starting. @param wallMs now */
export function healthOf(view: NodeView | null, wallMs: number): Health {
  const checks: Check[] = view === null ? startingChecks() : runningChecks(view, wallMs);
  const isOk = ({ok}: Check): boolean => ok;
  return {
    ready: checks.filter(({name}) => READINESS_CHECKS.includes(name)).every(isOk),
    healthy: checks.every(isOk),
    checks,
  };
}

function startingChecks(): Check[] {
  const names: readonly CheckName[] = [...READINESS_CHECKS, "exchanging"];
  return names.map((name) => ({name, ok: false, detail: "the node is starting"}));
}

function runningChecks(view: NodeView, wallMs: number): Check[] {
  const {fault, site, role, plan} = view;
  const isStorage = fault?.startsWith("STORAGE_") === true;
  // A node opens only after roster, plan and data were checked, and never runs without them.
  return [
    {name: "started", ok: fault === null || isStorage, detail: fault ?? "the node is up"},
    {name: "roster", ok: true, detail: `${site} is a ${role} of ${view.consortium}`},
    {name: "preflight", ok: true, detail: `the plan ${plan.name} is approved and fits the data`},
    {name: "storage", ok: !isStorage, detail: isStorage ? fault : "every write succeeded"},
    quorumCheck(view),
    exchangingCheck(view, wallMs),
  ];
}
