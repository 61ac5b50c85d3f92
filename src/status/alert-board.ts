import type {CancelTimer, Clock, Closable} from "../core/index.ts";
import type {AlertName, EventFeed, NodeView} from "../node/index.ts";
import type {Alert} from "./answers/health-answer.ts";
import {linkedVoters, roundAgeSeconds, stallSeconds} from "./health.ts";

const LOOK_EVERY_MS = 5000;
const PAGES: readonly AlertName[] = ["equivocation", "egress-blocked", "node-failed"];

/** What an alert board looks at. */
export interface AlertBoardOptions {
  readonly feed: EventFeed;
  readonly clock: Clock;
  /** The node as it is now, or null as long as it is starting. */
  view(): NodeView | null;
}

/** Which alerts stand now; looks every five seconds, and tells the feed when one is raised or cleared. */
export interface AlertBoard extends Closable {
  /** Looks anew; those raised first stand first. */
  alerts(): readonly Alert[];
}

/** What is wrong now, with one line for people. */
function wrongs(view: NodeView, wallMs: number): Map<AlertName, string> {
  const found = new Map<AlertName, string>();
  const {fault, equivocators, activity, quorum, round, waitingFor} = view;
  const linked = linkedVoters(view);
  const isRunning = activity !== "finished";
  const ageSeconds = roundAgeSeconds(view, wallMs);
  if (fault !== null) found.set("node-failed", fault);
  if (equivocators.length > 0) found.set("equivocation", equivocators.join(", "));
  if (isRunning && linked < quorum) found.set("peers-below-quorum", `${linked} linked, ${quorum} needed`);
  if (isRunning && ageSeconds > stallSeconds(view)) {
    found.set("round-stalled", `round ${round + 1} waits for ${waitingFor.join(", ") || "nobody known"}`);
  }
  return found;
}

/** Opens an {@link AlertBoard}. */
export function openAlertBoard({feed, clock, view}: AlertBoardOptions): AlertBoard {
  const standing = new Map<AlertName, Alert>();
  let blocked: string | null = null;
  let cancel: CancelTimer = () => {};
  const look = (): void => {
    const now = view();
    const found = now === null ? new Map<AlertName, string>() : wrongs(now, clock.wallMs());
    if (blocked !== null) found.set("egress-blocked", blocked);
    const since = new Date(clock.wallMs()).toISOString();
    for (const [alert, detail] of found) {
      const before = standing.get(alert);
      const severity = PAGES.includes(alert) ? "page" : "warn";
      standing.set(alert, {alert, severity, since: before?.since ?? since, detail});
      if (before === undefined) feed.emit({type: "alert", alert, state: "raised", detail});
    }
    for (const [alert, {detail}] of standing) {
      if (found.has(alert)) continue;
      standing.delete(alert);
      feed.emit({type: "alert", alert, state: "cleared", detail});
    }
  };
  const schedule = (): void => {
    cancel = clock.after(
      LOOK_EVERY_MS,
      () => {
        look();
        schedule();
      },
      {unref: true},
    );
  };
  const subscription = feed.subscribe(null, ({event}) => {
    if (event.type === "egress-blocked") blocked = event.reason;
  });
  schedule();
  return {
    alerts() {
      look();
      return [...standing.values()];
    },
    async close() {
      cancel();
      subscription.cancel();
    },
  };
}
