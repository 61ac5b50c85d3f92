import {at, CodedError} from "../core/index.ts";
import type {Certificate} from "../rounds/index.ts";
import type {LineageErrorCode} from "./errors.ts";
import type {TrainedRun} from "./run-facts.ts";
import {type Stretch, stretchesOf} from "./stretches.ts";

/** The least count that may be told. */
const LEAST_TOLD = 10;
const ZERO = 1e-9;

/** Equations between the members' counts: coefficients of the members, then the count. */
type Row = number[];

function rowOf({contributors, counted}: Stretch, trainers: readonly string[]): Row {
  return [...trainers.map((member) => (contributors.includes(member) ? 1 : 0)), counted ?? Number.NaN];
}

/** Reduces the equations (Gauss and Jordan): what can be told of single members stands alone then. */
function reduced(rows: readonly Row[], unknowns: number): Row[] {
  const left = rows.map((row) => [...row]);
  let rank = 0;
  for (let column = 0; column < unknowns; column++) {
    const found = left.findIndex((row, index) => index >= rank && Math.abs(at(row, column)) > ZERO);
    if (found === -1) continue;
    const pivot = at(left, found);
    left[found] = at(left, rank);
    const scaled = pivot.map((value) => value / at(pivot, column));
    left[rank] = scaled;
    for (const [index, row] of left.entries()) {
      const factor = at(row, column);
      if (index === rank || Math.abs(factor) <= ZERO) continue;
      left[index] = row.map((value, place) => value - factor * at(scaled, place));
    }
    rank += 1;
  }
  return left.slice(0, rank);
}

/**
 * Refuses to tell strangers of counts below ten: weights are sums over the contributors, so rounds with
 * different contributors tell, by subtraction, how many patients (or events) single members have. Members
 * know one another's weights anyway. Data that the plan declares public are told.
 * @throws LINEAGE_SMALL_COUNT
 */
export function refuseSmallCounts(certificates: readonly Certificate[], facts: TrainedRun): void {
  const {plan, trainers} = facts;
  const stretches = stretchesOf(certificates, facts).filter(({counted}) => counted !== null);
  if (plan.plan.privacy.disclosure === "public" || stretches.length === 0) return;
  const distinct = new Map(
    stretches.map((stretch) => [stretch.contributors.join(), rowOf(stretch, trainers)]),
  );
  const told = reduced([...distinct.values()], trainers.length).filter((row) => {
    const coefficients = row.slice(0, -1);
    return coefficients.every((value) => value >= -ZERO) && at(row, trainers.length) < LEAST_TOLD - ZERO;
  });
  if (told.length === 0) return;
  throw new CodedError<LineageErrorCode>(
    "LINEAGE_SMALL_COUNT",
    `the certificates' weights would tell that a site has fewer than ${LEAST_TOLD} ${plan.plan.weights.unit}`,
    {hint: "The model can be used by the members alone; the plan says `disclosure: consent`."},
  );
}
