import {at} from "../core/index.ts";
import {clipFactors, clippingVerdicts, pull} from "./centred-clipping.ts";
import {distancesFrom, largest} from "./distances.ts";
import type {Rows} from "./rows.ts";
import type {RobustOutcome} from "./rules.ts";

/** The centre of {@link selfCentredClipping}, and the shares of the rows. */
export interface SelfCentre {
  /** `[d]`, the member's own vector; not changed. */
  readonly own: Float64Array;
  /** tau; by default the (f + 1)-th largest distance from the own vector. */
  readonly radius?: number;
  /** `[m]`, W_ij of each row; 1/m by default. */
  readonly shares?: Float64Array;
}

/**
 * Self-centred clipping: x_i + sum_j W_ij (x_j - x_i) min(1, tau / |x_j - x_i|). Bad rows together move the
 * member by at most their share times tau. If members' radii differ, the mean of their vectors changes.
 * @see He et al., Byzantine-robust decentralized learning via ClippedGossip, 2022, algorithm 1
 */
export function selfCentredClipping(rows: Rows, faulty: number, centre: SelfCentre): RobustOutcome {
  const {shares} = centre;
  const distances = distancesFrom(centre.own, rows);
  const factors = clipFactors(distances, centre.radius ?? largest(distances, faulty + 1));
  const values = centre.own.slice();
  pull(
    rows,
    values,
    factors.map((factor, row) => factor * (shares === undefined ? 1 / rows.count : at(shares, row))),
  );
  return {values, verdicts: clippingVerdicts(factors)};
}
