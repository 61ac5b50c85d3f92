import type {Session} from "../../gossip/index.ts";
import type {DurableRecord, Restored} from "../../rounds/index.ts";

/**
 * Reports exchanges of asynchronous segments that are on disk; call this after each record is written.
 * Exchanges before the start, which the record repeats, are not reported.
 */
export function watchExchanges(
  session: Pick<Session, "view">,
  {round: restored}: Restored,
  onExchange: () => void,
): (written: DurableRecord) => void {
  let last: number | null = restored?.segment == null ? 0 : null;
  let lastRound = session.view().round;
  return ({kind}) => {
    if (kind !== "async") return;
    const {round, segment} = session.view();
    if (segment === null) return;
    if (round !== lastRound) last = 0;
    if (last !== null && segment.exchanges > last) onExchange();
    last = segment.exchanges;
    lastRound = round;
  };
}
