import type {Connection} from "@libp2p/interface";

/**
 * Connections that a member may have with this node: one, and a second one that replaces it or that the other
 * end dialled at the same time.
 */
export const MAX_CONNECTIONS_PER_MEMBER = 2;

/**
 * Returns the open connections of a member that are too many now that `newest` is there: the oldest, except
 * the one under the link, which nothing else has proved dead.
 */
export function surplusConnections(
  known: readonly Connection[],
  newest: Connection,
  underLink: Connection | undefined,
): readonly Connection[] {
  const older = known.filter((connection) => connection !== newest && connection.status === "open");
  const spare = older
    .filter((connection) => connection !== underLink)
    .sort((a, b) => a.timeline.open - b.timeline.open);
  return spare.slice(0, Math.max(0, older.length + 1 - MAX_CONNECTIONS_PER_MEMBER));
}
