const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Offset of the clocks of `zone` (an IANA name) ahead of UTC at a time, in ms. */
function offsetMs(ms: number, zone: string): number {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const parts = new Map(format.formatToParts(ms).map(({type, value}) => [type, value]));
  const of = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  const localMs = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
  return localMs - Math.floor(ms / 1000) * 1000;
}

/** Start of the day of `ms` in `zone`, in ms since the Unix epoch. */
export function startOfDay(ms: number, zone: string): number {
  const midnight = Math.floor((ms + offsetMs(ms, zone)) / DAY_MS) * DAY_MS;
  // The clocks may have been put forward or back since midnight.
  return midnight - offsetMs(midnight - offsetMs(ms, zone), zone);
}

/**
 * The full hour (of UTC) in which the day of `ms` began in `zone`: midnight there, or just before it in zones
 * with half hours.
 */
export function hourOfMidnight(ms: number, zone: string): number {
  return Math.floor(startOfDay(ms, zone) / HOUR_MS) * HOUR_MS;
}

/** `14:05` by the clocks of `zone`. */
export function clockText(ms: number, zone: string): string {
  const local = new Date(ms + offsetMs(ms, zone));
  return local.toISOString().slice(11, 16);
}

/** The time and place at which the page is read. */
export interface Reader {
  /** Time by the node's clock. */
  readonly nowMs: number;
  /** IANA name of the reader's time zone. */
  readonly zone: string;
}

/** `14:05` on the day of `nowMs` in `zone`; on other days with the date in front: `2026-11-29 14:05`. */
export function momentText(ms: number, {nowMs, zone}: Reader): string {
  const clock = clockText(ms, zone);
  if (startOfDay(ms, zone) === startOfDay(nowMs, zone)) return clock;
  return `${new Date(ms + offsetMs(ms, zone)).toISOString().slice(0, 10)} ${clock}`;
}
