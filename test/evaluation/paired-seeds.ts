import {createRandom, type Random} from "../../src/core/index.ts";
import {
  drawFigures,
  meanOfRows,
  type PairedDifference,
  type PairedSeed,
  pairedDifference as pairedDrawn,
  type RowStatistic,
} from "../../src/evaluation/index.ts";

export function randomFor(purpose: string, round = 0): Random {
  return createRandom({seed: 42, site: "", round, purpose});
}

export interface Seed {
  readonly patients: string;
  readonly strata: readonly number[];
  readonly ours: RowStatistic;
  readonly baseline: RowStatistic;
}

/** Both figures of each seed on draws of a stream that its patients name, then the difference. */
export function pairedDifference({
  seeds,
  purpose,
  round = 0,
  largest = Number.POSITIVE_INFINITY,
}: {
  readonly seeds: readonly Seed[];
  readonly purpose: string;
  readonly round?: number;
  readonly largest?: number;
}): PairedDifference | null {
  const drawn = seeds.flatMap(({patients, strata, ours, baseline}): PairedSeed[] => {
    const figures = drawFigures(strata, [ours, baseline], randomFor(`${purpose} ${patients}`, round));
    const [mine, other] = figures;
    return mine == null || other == null ? [] : [{ours: mine, baseline: other}];
  });
  if (drawn.length < seeds.length) return null;
  return pairedDrawn({seeds: drawn, random: randomFor(purpose, round), largest});
}

export const constant = (value: number): RowStatistic => meanOfRows([value, value]);
