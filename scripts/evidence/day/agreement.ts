/** A second of the day at one node. */
export interface Second {
  /** In seconds since the beginning. */
  readonly atSeconds: number;
  /** What the certificates say. */
  readonly isExpected: boolean;
  /** What the node says; a node that gives no answer is not healthy. */
  readonly isHealthy: boolean;
}

/**
 * The share of seconds in which a node says what the certificates say, give or take so many seconds: another word counts
 * where the certificates said it a little earlier, or say it a little later.
 * @param all seconds in which the certificates are looked up; by default those that are counted
 */
export function agreement(
  seconds: readonly Second[],
  toleranceSeconds: number,
  all: readonly Second[] = seconds,
): number {
  const good = seconds.filter(({atSeconds, isHealthy}) =>
    all.some(
      (other) => other.isExpected === isHealthy && Math.abs(other.atSeconds - atSeconds) <= toleranceSeconds,
    ),
  );
  return good.length / Math.max(1, seconds.length);
}
