import {at, CodedError, present} from "../core/index.ts";
import {clipLongest} from "./adaptive-clipping.ts";
import {centredClipping} from "./centred-clipping.ts";
import {geometricMedian} from "./geometric-median.ts";
import {krum} from "./krum.ts";
import {median} from "./median.ts";
import {mixNearest} from "./nearest-neighbours.ts";
import {faultyAmong, requireVectors} from "./requirement.ts";
import {blocksOf, type Rows, rowsOf} from "./rows.ts";
import {type RobustOutcome, type RobustRule, type RobustVector, type Verdict} from "./rules.ts";
import {screen} from "./screening.ts";
import {selfCentredClipping} from "./self-centred-clipping.ts";
import {trimmedMean} from "./trimmed-mean.ts";

/**
 * The answer of `rule` to `vectors`, `[m, d]` in id order, given as deltas to the common snapshot. Vectors
 * that are not finite, of another length or above `normLimit` never enter it. If too few vectors then remain,
 * the bound `faulty` is lowered, because those kept out count among the bad.
 * @param self index of the member's own vector, which only self-centred clipping needs
 * @param normLimit largest L2 norm that is accepted
 * @throws GOSSIP_ROBUST_TOO_FEW, GOSSIP_ROBUST_NO_CENTRE
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {applyRobustRule} from "consilium/robust";
 *
 * const rule = {rule: "median", faulty: 1, adaptiveClipping: false, nearestNeighbours: false} as const;
 * const honest = [Float32Array.of(1, 2), Float32Array.of(1.5, 2)];
 * const {values, verdicts} = applyRobustRule(rule, [...honest, Float32Array.of(9, -9)]);
 * assert.deepEqual(values, Float64Array.of(1.5, 2));
 * assert.deepEqual(verdicts[2], {verdict: "left-out", reason: "extreme-everywhere"});
 * ```
 */
export function applyRobustRule(
  rule: RobustRule,
  vectors: readonly RobustVector[],
  self: number | null = null,
  normLimit = Number.POSITIVE_INFINITY,
): RobustOutcome {
  requireVectors(vectors.length, rule);
  const {passed, verdicts} = screen(vectors, normLimit);
  const faulty = faultyAmong(rule, passed.length);
  requireVectors(passed.length, {...rule, faulty});
  const outcome = applyToRows(
    {...rule, faulty},
    rowsOf(passed.map((index) => at(vectors, index))),
    self === null ? -1 : passed.indexOf(self),
  );
  const ofPassed = outcome.verdicts.values();
  return {
    values: outcome.values,
    verdicts: verdicts.map(
      (verdict) => verdict ?? present(ofPassed.next().value, "the verdict on a vector that passed"),
    ),
  };
}

function applyToRows(rule: RobustRule, rows: Rows, self: number): RobustOutcome {
  if (!rule.adaptiveClipping) return applyToClipped(rule, rows, self);
  const shortened = clipLongest(rows, rule.faulty);
  const {values, verdicts} = applyToClipped(rule, shortened.rows, self);
  return {
    values,
    verdicts: verdicts.map((verdict, row) => {
      const factor = at(shortened.factors, row);
      const isNews = factor < 1 && verdict.verdict === "used";
      return isNews ? {verdict: "clipped", reason: "longer-than-most", factor} : verdict;
    }),
  };
}

function applyToClipped(rule: RobustRule, rows: Rows, self: number): RobustOutcome {
  if (!rule.nearestNeighbours) return aggregate(rule, rows, self);
  const mixed = mixNearest(rows, rule.faulty);
  const {values, verdicts} = aggregate(rule, mixed.rows, self);
  return {
    values,
    verdicts: verdicts.map((verdict, row) => {
      const isChosen = mixed.neighbours.some((nearest, other) => other !== row && nearest.includes(row));
      return isChosen || verdict.verdict !== "used" ? verdict : NOBODYS_NEIGHBOUR;
    }),
  };
}

const NOBODYS_NEIGHBOUR: Verdict = {verdict: "used", reason: "nobodys-neighbour"};

function aggregate({rule, faulty}: RobustRule, rows: Rows, self: number): RobustOutcome {
  switch (rule) {
    case "trimmed-mean":
      return trimmedMean(rows, faulty);
    case "median":
      return median(rows);
    case "geometric-median":
      return geometricMedian(rows);
    case "krum":
      return krum(rows, faulty, 1);
    case "multi-krum":
      return krum(rows, faulty, rows.count - faulty);
    case "centred-clipping":
      return centredClipping(rows, faulty);
    case "self-centred-clipping":
      return selfCentredClipping(rows, faulty, {own: ownRow(rows, self)});
  }
}

function ownRow(rows: Rows, self: number): Float64Array {
  if (self < 0) {
    throw new CodedError(
      "GOSSIP_ROBUST_NO_CENTRE",
      "self-centred clipping needs the member's own, valid vector",
    );
  }
  const own = new Float64Array(rows.length);
  for (const {first, rows: block} of blocksOf(rows)) own.set(at(block, self), first);
  return own;
}
