/** The mapping of values to a drawing, and the ticks of its axis. */
export interface ChartScale {
  readonly ticks: readonly number[];
  /** The place of a value, in the drawing's units. */
  at(value: number): number;
}

/** A range of values, and the places of the drawing that it covers. */
export interface Range {
  readonly low: number;
  readonly high: number;
  readonly from: number;
  readonly to: number;
}

/** 1, 2 or 5 times a power of ten: about `most` such steps fill `span`. */
function stepOf(span: number, most: number): number {
  const rough = span / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5].find((candidate) => candidate * power >= rough * 0.999) ?? 10;
  return factor * power;
}

/** Distance of `low` and `high`; if it is almost nothing, a tenth of their size, or 1 at zero. */
function spanOf(low: number, high: number): number {
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (high - low > size * 1e-6 && size > 1e-12) return high - low;
  return size > 1e-12 ? size / 10 : 1;
}

/** A linear scale between two round values that enclose `low` and `high`. */
export function linearChartScale({low, high, from, to}: Range, most = 4): ChartScale {
  const step = stepOf(spanOf(low, high), most);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(Math.ceil(high / step - 1e-9), first + 1);
  const ticks = Array.from({length: last - first + 1}, (_, index) => (first + index) * step);
  const span = (last - first) * step;
  return {ticks, at: (value) => from + ((value - first * step) / span) * (to - from)};
}

/** At most five powers of ten from the `first` to the `last`. */
function decades(first: number, last: number): readonly number[] {
  const every = Math.ceil((last - first) / 4);
  return Array.from({length: Math.floor((last - first) / every) + 1}, (_, at) => 10 ** (first + at * every));
}

/** A logarithmic scale over whole decades; `low` and `high` are positive. */
export function logChartScale({low, high, from, to}: Range): ChartScale {
  const first = Math.floor(Math.log10(low) + 1e-9);
  const last = Math.max(Math.ceil(Math.log10(high) - 1e-9), first + 1);
  return {
    ticks: last - first === 1 ? [1, 2, 5, 10].map((factor) => factor * 10 ** first) : decades(first, last),
    at: (value) => from + ((Math.log10(value) - first) / (last - first)) * (to - from),
  };
}

/** A scale of rounds, counted from 1 as people do, with ticks at whole rounds inside. */
export function roundScale({low, high, from, to}: Range): ChartScale {
  const span = Math.max(1, high - low);
  const step = Math.max(1, stepOf(span, 5));
  const first = Math.ceil(low / step) * step;
  const many = Math.max(0, Math.floor((high - first) / step) + 1);
  const ticks = Array.from({length: many}, (_, index) => first + index * step);
  return {ticks, at: (value) => from + ((value - low) / span) * (to - from)};
}
