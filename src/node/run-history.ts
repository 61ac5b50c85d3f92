import type {CancelTimer, Clock, Closable, Logger} from "../core/index.ts";
import type {HistoryPoint, RunStorage} from "../storage/index.ts";
import type {EventFeed, NodeEvent} from "./event-feed.ts";

const WRITE_PAUSE_MS = 10_000;
/** A history has at most so many points, of which the newest rounds are all there. */
const MOST_POINTS = 512;
const RECENT_ROUNDS = 128;
/** Left for the earlier rounds, beside the first one. */
const EARLIER_POINTS = MOST_POINTS - RECENT_ROUNDS - 1;

/** What a run history is made of. */
export interface RunHistoryOptions {
  readonly storage: Pick<RunStorage, "readHistory" | "writeHistory">;
  readonly feed: Pick<EventFeed, "subscribe">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The figures of a run over all of its rounds, as this site saw them; on disk ten seconds later, and when it is closed. */
export interface RunHistory extends Closable {
  /** At most 512, see {@link thinned}. */
  points(): readonly HistoryPoint[];
}

/**
 * `points` (rounds rise) without those that a long run has no room for: the first stays, the newest 128 rounds stay,
 * and of the others every second, fourth, eighth... round, so that at most 512 are left. Which stay depends on the
 * newest round alone: it makes no difference whether points are thinned at every round or once at the end.
 */
export function thinned(points: readonly HistoryPoint[]): readonly HistoryPoint[] {
  const newest = points.at(-1);
  if (newest === undefined) return points;
  const last = newest.round;
  let stride = 1;
  while (last / stride >= EARLIER_POINTS) stride *= 2;
  return points.filter(
    ({round}, index) => index === 0 || round % stride === 0 || round > last - RECENT_ROUNDS,
  );
}

/** What an event says of its round; null for one that has no figure. */
function figuresOf(event: NodeEvent): (Partial<HistoryPoint> & Pick<HistoryPoint, "round">) | null {
  if (event.type === "loss") return {round: event.round, loss: event.loss};
  if (event.type === "validation") {
    const {round, n, auroc, logLoss} = event;
    return {round, validation: {n, auroc, logLoss}};
  }
  if (event.type !== "round" || event.stage !== "training") return null;
  return {round: event.round, consensusDistance: event.consensusDistance};
}

/** `points` (rounds rise) with what `event` adds to them, thinned. */
export function withEvent(points: readonly HistoryPoint[], event: NodeEvent): readonly HistoryPoint[] {
  const figures = figuresOf(event);
  if (figures === null) return points;
  const {round} = figures;
  const before = points.find((point) => point.round === round);
  const empty: HistoryPoint = {round, loss: null, consensusDistance: null, validation: null};
  const point = {...(before ?? empty), ...figures};
  const place = points.findLastIndex((other) => other.round < round) + 1;
  return thinned([
    ...points.slice(0, place),
    point,
    ...points.slice(before === undefined ? place : place + 1),
  ]);
}

/** Opens the {@link RunHistory} of a run's storage. What goes wrong with its file is told and borne. */
export async function openRunHistory({storage, feed, clock, logger}: RunHistoryOptions): Promise<RunHistory> {
  const kept = await storage.readHistory();
  if (kept.warning !== undefined) logger.warn("the run's curves begin anew", {reason: kept.warning});
  let points = thinned(kept.points);
  let cancel: CancelTimer | null = null;
  let writes = Promise.resolve();
  const write = (): void => {
    cancel = null;
    writes = writes
      .then(() => storage.writeHistory(points))
      .catch((error: unknown) => logger.warn("the run's curves could not be kept", {reason: String(error)}));
  };
  const subscription = feed.subscribe(null, ({event}) => {
    const next = withEvent(points, event);
    if (next === points) return;
    points = next;
    cancel ??= clock.after(WRITE_PAUSE_MS, write, {unref: true});
  });
  return {
    points: () => points,
    async close() {
      subscription.cancel();
      if (cancel !== null) {
        cancel();
        write();
      }
      await writes;
    },
  };
}
