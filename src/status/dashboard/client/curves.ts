import type {EventAnswer} from "../../answers/event-answer.ts";
import type {StatusResponse} from "../../answers/status-answer.ts";

/** Of a run with more rounds, the newest are kept. */
const MOST_ROUNDS = 4000;

/** A figure of a round; null where it was withheld. */
export interface Point {
  readonly round: number;
  readonly value: number | null;
}

/** Validation AUROC of a round with its 95 % interval. */
export interface IntervalPoint extends Point {
  readonly low: number;
  readonly high: number;
  /** Validation patients. */
  readonly n: number;
}

/** What a run's figures were round by round, as far as the page has heard; rounds rise. */
export interface Curves {
  /** The run's id; null before it is known. */
  readonly run: string | null;
  readonly loss: readonly Point[];
  readonly auroc: readonly IntervalPoint[];
  readonly distance: readonly Point[];
}

/** Nothing heard yet. */
export const NO_CURVES: Curves = {run: null, loss: [], auroc: [], distance: []};

/** `points` with `point` at its round's place, instead of one that is there. */
function withPoint<P extends Point>(points: readonly P[], point: P): readonly P[] {
  const last = points.at(-1);
  if (last === undefined || last.round < point.round) return [...points, point].slice(-MOST_ROUNDS);
  const others = points.filter(({round}) => round !== point.round);
  const place = others.findIndex(({round}) => round > point.round);
  return place < 0 ? [...others, point] : others.toSpliced(place, 0, point);
}

function aurocPoint({round, n, auroc}: NonNullable<StatusResponse["node"]["validation"]>): IntervalPoint {
  const {value, low, high} = auroc ?? {value: null, low: 0, high: 0};
  return {round, n, value, low, high};
}

/** `curves` with what an event adds to them. */
export function withEvent(curves: Curves, event: EventAnswer): Curves {
  if (event.type === "loss") {
    return {...curves, loss: withPoint(curves.loss, {round: event.round, value: event.loss})};
  }
  if (event.type === "validation") {
    return {...curves, auroc: withPoint(curves.auroc, aurocPoint(event))};
  }
  if (event.type === "round" && event.stage === "training") {
    const point = {round: event.round, value: event.consensusDistance};
    return {...curves, distance: withPoint(curves.distance, point)};
  }
  return curves;
}

/** `curves` with what a status adds to them; another run begins anew. */
export function withStatus(curves: Curves, {node}: StatusResponse): Curves {
  const {run} = node.plan;
  const own = curves.run === null || curves.run === run ? {...curves, run} : {...NO_CURVES, run};
  const {validation} = node;
  if (validation === null || own.auroc.some(({round}) => round === validation.round)) return own;
  return {...own, auroc: withPoint(own.auroc, aurocPoint(validation))};
}
