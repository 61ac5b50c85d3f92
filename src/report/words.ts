import {at} from "../core/index.ts";

const MINUS = "\u2212";

const withMinus = (text: string): string => text.replace("-", MINUS);

/** Formats a figure with three decimals, or as a dash if it is undefined. */
export function figureText(value: number | null): string {
  return value === null ? "\u2013" : withMinus(value.toFixed(3));
}

/**
 * Formats a difference with its sign and three decimals, or as a dash if there is none. One that rounds to 0
 * has no sign.
 */
export function differenceText(value: number | null): string {
  if (value === null) return "\u2013";
  const text = value.toFixed(3);
  if (Number(text) === 0) return "0.000";
  return value > 0 ? `+${text}` : withMinus(text);
}

/** Formats a p-value as journals print it: three decimals, `< 0.001` below, a dash if there is none. */
export function probabilityText(p: number | null): string {
  if (p === null) return "\u2013";
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

/** Formats limits as clinical journals write them: `0.801 to 0.883`. */
export function limitsText(low: number | null, high: number | null): string {
  return low === null || high === null ? "\u2013" : `${figureText(low)} to ${figureText(high)}`;
}

/** Formats a whole number with commas between thousands. */
export function countText(value: number): string {
  return String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** Formats one number, or the minimum and maximum of several. */
export function rangeText(values: readonly number[], text: (value: number) => string): string {
  if (values.length === 0) return "\u2013";
  const [least, most] = [text(Math.min(...values)), text(Math.max(...values))];
  return least === most ? least : `${least} to ${most}`;
}

/** Formats a number of things: `1 site`, `4 sites`. */
export function countOf(count: number, thing: string): string {
  return `${countText(count)} ${thing}${count === 1 ? "" : "s"}`;
}

/** Lists names: `a, b and c`. */
export function listText(names: readonly string[]): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${at(names, names.length - 1)}`;
}

/** Formats seconds for people, up to days: `0.8 s`, `42 s`, `3 min 5 s`, `2 h 7 min`, `3 d 4 h`. */
export function durationText(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 120) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 120) return `${minutes} min ${whole % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
