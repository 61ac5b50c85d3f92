import {at} from "../../core/index.ts";
import type {FigureRange} from "../../evaluation/index.ts";

/** Positions of values along an axis. */
export interface Scale {
  /** Position of a value, in pixels. */
  at(value: number): number;
  readonly ticks: readonly number[];
  /** The label of a tick. */
  label(tick: number): string;
}

/** The minimum and maximum of an axis. */
export type Domain = readonly [number, number];

const STEPS = [1, 2, 5];

function stepFor(span: number, count: number): number {
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  return (STEPS.find((step) => step * power >= rough * 0.999) ?? 10) * power;
}

const withMinus = (text: string): string => text.replace("-", "\u2212");

/**
 * Creates an axis in equal steps of 1, 2 or 5 that ends at whole steps, from `range[0]` to `range[1]` pixels.
 */
export function linearScale([least, most]: Domain, range: readonly [number, number], count = 5): Scale {
  // Binary64 is too coarse to draw places within a span that is tiny compared with its values.
  const isPoint = most - least <= Math.max(Math.abs(least), Math.abs(most)) * 1e-7;
  const [low, high] = isPoint ? [least - 0.5, most + 0.5] : [least, most];
  const step = stepFor(high - low, count);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  const ticks = Array.from({length: last - first + 1}, (_, index) => (first + index) * step);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const [start, end] = [first * step, last * step];
  return {
    at: (value) => range[0] + ((value - start) / (end - start)) * (range[1] - range[0]),
    ticks,
    label: (tick) => withMinus(tick.toFixed(Math.min(decimals, 12))),
  };
}

/** Creates an axis of powers of ten. All values must be above 0. */
export function logScale([least, most]: Domain, range: readonly [number, number], count = 6): Scale {
  const first = Math.floor(Math.log10(least) + 1e-9);
  const last = Math.max(first + 1, Math.ceil(Math.log10(most) - 1e-9));
  const every = Math.max(1, Math.ceil((last - first) / count));
  const powers = Array.from({length: last - first + 1}, (_, index) => first + index);
  return {
    at: (value) => range[0] + ((Math.log10(value) - first) / (last - first)) * (range[1] - range[0]),
    ticks: powers.filter((power) => (power - first) % every === 0).map((power) => 10 ** power),
    label: (tick) => powerText(Math.round(Math.log10(tick))),
  };
}

const SUPERSCRIPTS = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";

function powerText(power: number): string {
  if (power >= -3 && power <= 3) return String(10 ** power);
  const digits = Array.from(String(Math.abs(power)), (digit) => at(SUPERSCRIPTS, Number(digit))).join("");
  return `10${power < 0 ? "\u207b" : ""}${digits}`;
}

const LOG_RATIO = 20;
const TICK_SPACE = 34;

/**
 * Tells whether values are easier to distinguish on an axis of powers of ten: all are above 0, and the
 * largest is many times the least.
 */
export function isLogarithmic(values: readonly number[]): boolean {
  const [least, most] = domainOf(values);
  return least > 0 && most >= LOG_RATIO * least;
}

/**
 * Creates an axis with ticks at `values` themselves, as far as there is room. It is logarithmic if they are.
 */
export function valueScale(values: readonly number[], range: readonly [number, number]): Scale {
  const placeOf = isLogarithmic(values) ? Math.log10 : (value: number) => value;
  const [least, most] = domainOf(values).map(placeOf) as [number, number];
  const margin = 0.04 * (range[1] - range[0]);
  const [start, end] = [range[0] + margin, range[1] - margin];
  const at = (value: number): number =>
    start + ((placeOf(value) - least) / (most - least || 1)) * (end - start);
  const ticks: number[] = [];
  for (const value of [...new Set(values)].sort((a, b) => a - b)) {
    const last = ticks.at(-1);
    if (last === undefined || at(value) - at(last) >= TICK_SPACE) ticks.push(value);
  }
  return {at, ticks, label: (tick) => withMinus(String(tick))};
}

/** Returns the possible values of figures of a range. */
export function boundsOf(range: FigureRange): Domain {
  switch (range) {
    case "unit":
      return [0, 1];
    case "positive":
      return [0, Number.POSITIVE_INFINITY];
    case "any":
      return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  }
}

const LEAST_SPAN = 0.02;

/**
 * The minimum and maximum of `values`, not empty, with some room if they are nearly equal; never beyond
 * `bounds`.
 */
export function domainWithin(values: readonly number[], bounds: Domain): Domain {
  const [least, most] = domainOf(values);
  const room = most - least < LEAST_SPAN ? LEAST_SPAN : 0;
  return [Math.max(bounds[0], least - room), Math.min(bounds[1], most + room)];
}

/** The minimum and maximum of `values`, which must not be empty. */
export function domainOf(values: readonly number[]): Domain {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return [least, most];
}
