import type {CancelTimer, Clock, Closable} from "../core/index.ts";
import type {AlertName, EventFeed, NodeView} from "../node/index.ts";
import type {Alert} from "./answers/health-answer.ts";
import {endingFault} from "./certificate.ts";
import {hasEnded, isOverdue, linkedVoters, partAgeSeconds} from "./health.ts";

const LOOK_EVERY_MS = 5000;
const PAGES: readonly AlertName[] = ["equivocation", "egress-blocked", "node-failed"];

/** Dependencies of an alert board. */
export interface AlertBoardOptions {
  readonly feed: EventFeed;
  readonly clock: Clock;
  /** Returns the node's present view, or null while it is starting. */
  view(): NodeView | null;
  /** Time at which the certificate of the status server expires, in wall-clock ms; null without TLS. */
  certificateEndsWallMs(): number | null;
}

/** Knows the standing alerts; looks every five seconds, and tells the feed when one is raised or cleared. */
export interface AlertBoard extends Closable {
  /** Looks again and returns the standing alerts, those raised first at the front. */
  alerts(): readonly Alert[];
}

/** A share below this is an alert. */
export const LEAST_SHARE = 0.8;
/** With fewer rounds a share says little. */
export const LEAST_ROUNDS = 20;

/** Members whose part is missing in many of the last rounds, each with its share. */
function fallenShares({shares}: NodeView): string[] {
  return shares.flatMap(({name, recent: {contributed, certified}}) => {
    if (certified < LEAST_ROUNDS || contributed >= LEAST_SHARE * certified) return [];
    const percent = Math.floor((100 * contributed) / certified);
    return [`${name} took part in ${percent} % of the last ${certified} rounds`];
  });
}

/** Members that are linked but silent, each with the start of its silence. */
function silentPeers({peers}: NodeView): string[] {
  return peers.flatMap(({name, link}) =>
    link.status === "silent"
      ? [`nothing from ${name} since ${new Date(link.sinceWallMs).toISOString().slice(0, 19)}Z`]
      : [],
  );
}

/** Faults of a run that is still going on. */
function* runWrongs(view: NodeView, wallMs: number): Iterable<[AlertName, string]> {
  const linked = linkedVoters(view);
  const silent = silentPeers(view);
  const fallen = fallenShares(view);
  if (linked < view.quorum) yield ["peers-below-quorum", `${linked} linked, ${view.quorum} needed`];
  if (silent.length > 0) yield ["peer-silent", silent.join("; ")];
  if (fallen.length > 0) yield ["share-fallen", fallen.join("; ")];
  if (isOverdue(view, wallMs)) {
    const seconds = Math.round(partAgeSeconds(view, wallMs));
    const who = view.waitingFor.join(", ") || "nobody known";
    const since = view.pace.lastPartWallMs === null ? " (none since the start)" : "";
    yield [
      "round-stalled",
      `no round has been certified with this site's part for ${seconds} s${since}; waiting for ${who}`,
    ];
  }
}

/** All present faults, each with one line for people. */
function wrongs(view: NodeView, wallMs: number): Map<AlertName, string> {
  const {fault, equivocators} = view;
  const found = new Map<AlertName, string>(hasEnded(view) ? [] : runWrongs(view, wallMs));
  if (fault !== null) found.set("node-failed", fault);
  if (equivocators.length > 0) found.set("equivocation", equivocators.join(", "));
  return found;
}

/** Opens an {@link AlertBoard}. */
export function openAlertBoard(options: AlertBoardOptions): AlertBoard {
  const {feed, clock, view, certificateEndsWallMs} = options;
  const standing = new Map<AlertName, Alert>();
  let blocked: string | null = null;
  let cancel: CancelTimer = () => {};
  const findAll = (): Map<AlertName, string> => {
    const now = view();
    const found = now === null ? new Map<AlertName, string>() : wrongs(now, clock.wallMs());
    const endOf = (what: string, endsWallMs: number | null): string | null =>
      endingFault(what, endsWallMs, clock.wallMs());
    const certificate = endOf("the certificate under status.tls", certificateEndsWallMs());
    const delegation = endOf("the delegation of this node's key", now?.delegationEndsWallMs ?? null);
    if (certificate !== null) found.set("certificate-expiring", certificate);
    if (delegation !== null) found.set("delegation-ending", delegation);
    if (blocked !== null) found.set("egress-blocked", blocked);
    return found;
  };
  const look = (): void => {
    const found = findAll();
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
