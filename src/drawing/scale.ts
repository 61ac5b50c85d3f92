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

/** 1, 2 or 5 times a power of ten: about `count` such steps fill `span`. */
function stepFor(span: number, count: number): number {
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5].find((step) => step * power >= rough * 0.999) ?? 10) * power;
}

const withMinus = (text: string): string => text.replace("-", "\u2212");

/** The straight line that takes `least` and `most` to the ends of `range`; all of it to the first if they are equal. */
function straight([least, most]: Domain, [from, to]: Domain): (value: number) => number {
  return (value) => from + ((value - least) / (most - least || 1)) * (to - from);
}

/**
 * Creates an axis in equal steps of 1, 2 or 5 that ends at whole steps, from `range[0]` to `range[1]` pixels.
 */
export function linearScale([least, most]: Domain, range: Domain, count = 5): Scale {
  // Binary64 is too coarse to draw places within a span that is tiny compared with its values, as are labels below 1e-12.
  const isPoint = most - least <= Math.max(Math.abs(least) * 1e-7, Math.abs(most) * 1e-7, 1e-11);
  const [low, high] = isPoint ? [least - 0.5, most + 0.5] : [least, most];
  const step = stepFor(high - low, count);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return {
    at: straight([first * step, last * step], range),
    ticks: Array.from({length: last - first + 1}, (_, index) => (first + index) * step),
    label: (tick) => withMinus(tick.toFixed(Math.min(decimals, 12))),
  };
}

/**
 * Creates an axis of powers of ten, with the steps between if there is only one. All values must be above 0.
 */
export function logScale([least, most]: Domain, range: Domain, count = 6): Scale {
  const first = Math.floor(Math.log10(least) + 1e-9);
  const last = Math.max(first + 1, Math.ceil(Math.log10(most) - 1e-9));
  const every = Math.ceil((last - first) / count);
  const powers = Array.from({length: Math.floor((last - first) / every) + 1}, (_, at) => first + at * every);
  const placeOf = straight([first, last], range);
  return {
    at: (value) => placeOf(Math.log10(value)),
    ticks:
      last - first === 1
        ? [1, 2, 5, 10].map((factor) => factor * 10 ** first)
        : powers.map((power) => 10 ** power),
    label: powerText,
  };
}

const SUPERSCRIPTS = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";

function powerText(value: number): string {
  const power = Math.floor(Math.log10(value) + 1e-9);
  if (power >= -3 && power <= 3) return String(Number(value.toPrecision(1)));
  const factor = Math.round(value / 10 ** power);
  const digits = Array.from(String(Math.abs(power)), (digit) => SUPERSCRIPTS.charAt(Number(digit))).join("");
  return `${factor === 1 ? "" : `${factor}\u00b7`}10${power < 0 ? "\u207b" : ""}${digits}`;
}

/** Creates an axis of whole numbers that ends where they do, with ticks in whole steps within. */
export function roundScale([least, most]: Domain, range: Domain, count: number): Scale {
  const step = Math.max(1, stepFor(most - least || 1, count));
  const first = Math.ceil(least / step);
  const length = Math.max(0, Math.floor(most / step) - first + 1);
  return {
    at: straight([least, most], range),
    ticks: Array.from({length}, (_, index) => (first + index) * step),
    label: String,
  };
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
export function valueScale(values: readonly number[], [from, to]: Domain): Scale {
  const placeOf = isLogarithmic(values) ? Math.log10 : (value: number) => value;
  const margin = 0.04 * (to - from);
  const along = straight(domainOf(values.map(placeOf)), [from + margin, to - margin]);
  const at = (value: number): number => along(placeOf(value));
  const ticks: number[] = [];
  for (const value of [...new Set(values)].sort((a, b) => a - b)) {
    const last = ticks.at(-1);
    if (last === undefined || at(value) - at(last) >= TICK_SPACE) ticks.push(value);
  }
  return {at, ticks, label: (tick) => withMinus(String(tick))};
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
