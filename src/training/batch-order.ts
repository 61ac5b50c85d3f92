import {at, createRandom, permutation} from "../core/index.ts";

/**
 * Returns the examples of a step by row number: a pure function of the step, counted from the start of the
 * run.
 */
export type BatchOrder = (step: number) => Uint32Array;

/** Options that decide a shuffled order. */
export interface BatchOrderOptions {
  readonly seed: number;
  readonly site: string;
  /** Number of examples, at least 1. */
  readonly n: number;
  readonly batchSize: number | "all";
}

/**
 * Shuffles passes over a site's examples, lays them end to end and cuts them into batches of equal size. Pass
 * `e` is the permutation drawn from (seed, site, e, "shuffle"), so any step of the run can be found without
 * the steps before it. Training can therefore continue after a crash, and passes continue across rounds. A
 * batch that spans the end of a pass may contain an example twice; over a whole pass each example counts
 * once. With "all", or a batch size of at least `n`, every step takes all rows in their own order.
 */
export function shuffledOrder({seed, site, n, batchSize}: BatchOrderOptions): BatchOrder {
  if (batchSize === "all" || batchSize >= n) {
    const all = Uint32Array.from({length: n}, (_, row) => row);
    return () => all;
  }
  let drawnPass = -1;
  let drawn: Uint32Array = new Uint32Array(0);
  const passOrder = (pass: number): Uint32Array => {
    if (pass !== drawnPass) {
      drawn = permutation(createRandom({seed, site, round: pass, purpose: "shuffle"}), n);
      drawnPass = pass;
    }
    return drawn;
  };
  return (step) =>
    Uint32Array.from({length: batchSize}, (_, index) => {
      const position = step * batchSize + index;
      return at(passOrder(Math.floor(position / n)), position % n);
    });
}
