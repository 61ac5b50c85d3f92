import type {CancelTimer, Clock, Closable, Logger} from "../../core/index.ts";
import type {HistoryPoint, RunStorage} from "../../storage/index.ts";
import type {EventFeed, NodeEvent} from "./event-feed.ts";

const WRITE_PAUSE_MS = 10_000;
/** Greatest number of points in a history; the newest rounds are all among them. */
const MOST_POINTS = 512;
const RECENT_ROUNDS = 128;
/** Number of points left for earlier rounds, beside the first one. */
const EARLIER_POINTS = MOST_POINTS - RECENT_ROUNDS - 1;

/** The parts from which a run history is made. */
export interface RunHistoryOptions {
  readonly storage: Pick<RunStorage, "readHistory" | "writeHistory">;
  readonly feed: Pick<EventFeed, "subscribe">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The figures of a run over all of its rounds, as this site saw them; on disk ten seconds later, and at
 * closing.
 */
export interface RunHistory extends Closable {
  /** At most 512, see {@link thinned}. */
  points(): readonly HistoryPoint[];
}

/**
 * Removes from `points` (rounds ascend) those for which a long run has no room. The first and the newest 128
 * rounds stay. Of the others every second, fourth, eighth... round stays, which leaves at most 512. The
 * newest round alone decides which stay: thinning at every round and thinning once at the end give the same
 * points.
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

/** The figures of an event about its round; null if it has none. */
function figuresOf(event: NodeEvent): (Partial<HistoryPoint> & Pick<HistoryPoint, "round">) | null {
  if (event.type === "loss") return {round: event.round, loss: event.loss};
  if (event.type === "validation") {
    const {round, n, auroc, logLoss} = event;
    return {round, validation: {n, auroc, logLoss}};
  }
  if (event.type !== "round" || event.stage !== "training") return null;
  return {round: event.round, consensusDistance: event.consensusDistance};
}

/** Adds the figures of `event` to `points` (rounds ascend), thinned. */
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

/** Opens the {@link RunHistory} of a run's storage. Faults of its file are logged and tolerated. */
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
