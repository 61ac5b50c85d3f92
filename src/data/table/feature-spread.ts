import {at} from "../../core/index.ts";
import type {Findings} from "../findings.ts";
import type {Feature} from "../types.ts";

/** A feature that spans less than this share of its range is reported: its range finds no error. */
const NARROW_SHARE = 1e-3;

/** Rounding to f32 by more than this share of a feature's span loses differences. */
const LOSS_SHARE = 1e-3;

/**
 * A feature that spans less than this share of its range has a variance that, in the form that sites share,
 * is below the normal numbers of f32: 2^-126 is this share squared.
 */
const LOST_SHARE = 2 ** -63;

/** Largest number of names that are listed. */
const MAX_NAMED = 10;

/** Least and greatest value of a feature, and the most that f32 loses of a value. */
export interface Spread {
  low: number;
  high: number;
  loss: number;
}

/** Measures the span of a table's features, row by row. */
export interface SpreadMeter {
  /** @param row raw values in f64, shape `[d]` */
  add(row: readonly number[]): void;
  /** Shape `[d]`. */
  readonly spreads: readonly Readonly<Spread>[];
}

/** Creates a {@link SpreadMeter} of `width` features. */
export function createSpreadMeter(width: number): SpreadMeter {
  const spreads = Array.from({length: width}, (): Spread => ({low: Infinity, high: -Infinity, loss: 0}));
  return {
    spreads,
    add(row) {
      spreads.forEach((spread, index) => {
        const value = at(row, index);
        spread.low = Math.min(spread.low, value);
        spread.high = Math.max(spread.high, value);
        spread.loss = Math.max(spread.loss, Math.abs(value - Math.fround(value)));
      });
    },
  };
}

function named(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMED).join(", ");
  return names.length <= MAX_NAMED ? shown : `${shown} and ${names.length - MAX_NAMED} more`;
}

/** Tells whether two values of the feature could differ in the task and be one in a model. */
function losesDifferences({low, high, loss}: Spread): boolean {
  return high > low && loss > LOSS_SHARE * (high - low);
}

/**
 * Reports the features that a model will not see, or hardly: those with one value, those whose differences
 * f32 rounds away, and numbers whose declared range is far wider than their values.
 * @param spreads of `features`, over all rows that are used
 */
export function tellSpreads(
  features: readonly Feature[],
  spreads: readonly Readonly<Spread>[],
  {tell}: Pick<Findings, "tell">,
): void {
  const namesOf = (isTold: (spread: Spread, feature: Feature) => boolean): string[] =>
    features.filter((feature, index) => isTold(at(spreads, index), feature)).map(({name}) => name);
  const constant = namesOf(({low, high}) => low === high);
  if (constant.length > 0) {
    tell("warning", `no model learns from what is constant in these data: ${named(constant)}`);
  }
  const lossy = namesOf(losesDifferences);
  if (lossy.length > 0) {
    const remedy = "count from a later origin or in a larger unit, such as days since admission for a date";
    tell(
      "warning",
      `differences are lost, as a model takes in 24 bits of a number: ${named(lossy)}; ${remedy}`,
    );
  }
  const shareOf = (spread: Spread, {low, high}: Feature): number => (spread.high - spread.low) / (high - low);
  const unseen = namesOf((spread, feature) => {
    const share = shareOf(spread, feature);
    return share > 0 && share < LOST_SHARE;
  });
  if (unseen.length > 0) {
    const what = "no model of several sites learns from what spans too little of its declared range";
    tell("warning", `${what}: ${named(unseen)}; narrow the range`);
  }
  const narrow = namesOf((spread, feature) => {
    const share = shareOf(spread, feature);
    return share >= LOST_SHARE && share < NARROW_SHARE;
  });
  if (narrow.length > 0) {
    const remedy = "narrow it, so that wrong units and slips are found";
    tell("warning", `values span less than a thousandth of the declared range: ${named(narrow)}; ${remedy}`);
  }
}
