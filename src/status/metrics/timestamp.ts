/**
 * A time for Prometheus, in seconds since the Unix epoch; 0 for events that have never happened. The series
 * is therefore there from the start, as Prometheus asks of series that are known beforehand, and a query
 * removes those zeros by `> 0`.
 * @param wallMs in wall-clock milliseconds
 * @see https://prometheus.io/docs/practices/instrumentation/#avoid-missing-metrics
 */
export function timestampSeconds(wallMs: number | null | undefined): number {
  return wallMs === null || wallMs === undefined ? 0 : wallMs / 1000;
}
