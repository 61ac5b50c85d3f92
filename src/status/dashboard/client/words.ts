/** Text for a figure that the plan withholds because it could reveal single patients; it stays hidden. */
export const WITHHELD = "withheld";
/** Text for a figure that is not there yet, but will be. */
export const NOT_YET = "not known yet";
/** Text for a figure that has no value. */
export const UNDEFINED = "not defined";

const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB"];

/** A figure of the model with `digits` decimals; {@link UNDEFINED} if it is no number, never 0. */
export function shownFigure(value: number, digits = 3): string {
  return Number.isFinite(value) ? value.toFixed(digits) : UNDEFINED;
}

/** A small positive figure with three significant digits, such as 3.10e-4. */
export function smallFigure(value: number): string {
  if (!Number.isFinite(value)) return UNDEFINED;
  return value !== 0 && Math.abs(value) < 0.001 ? value.toExponential(2) : value.toPrecision(3);
}

/** A whole number with its thousands separated. */
export function count(value: number): string {
  return String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** `count` with the right form of `noun`: `1 member`, `2 members`. */
export function many(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** A share of the certified rounds, in whole percent; 100 % only if it is all of them. */
export function shareText({
  contributed,
  certified,
}: {
  readonly contributed: number;
  readonly certified: number;
}): string {
  return `${Math.floor((contributed / certified) * 100)} %`;
}

/** A number of bytes, in powers of 1,000. */
export function byteText(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${BYTE_UNITS[power]}`;
}

/** A duration in the two largest units that it fills. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (seconds > 0 && seconds < 10) return `${seconds.toFixed(1)} s`;
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}

/** Time since something happened, in its largest unit, so it does not change at every look. */
export function age(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min`;
  return whole < 86_400 ? `${Math.floor(whole / 3600)} h` : `${Math.floor(whole / 86_400)} d`;
}

/** A round trip of `ms` milliseconds. */
export function roundTrip(ms: number | null): string {
  if (ms === null) return "–";
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

/** `text` in at most `length` characters, cut in its middle. */
export function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  const tail = Math.floor((length - 1) / 3);
  return `${text.slice(0, length - 1 - tail)}…${text.slice(text.length - tail)}`;
}

/** Names one after the other, at most `most` of them: `a, b and c`, `a, b and 4 more`. */
export function names(all: readonly string[], most = 6): string {
  const shown = all.length > most ? [...all.slice(0, most), `${all.length - most} more`] : all;
  const [last = "", ...others] = shown.toReversed();
  return others.length === 0 ? last : `${others.toReversed().join(", ")} and ${last}`;
}
