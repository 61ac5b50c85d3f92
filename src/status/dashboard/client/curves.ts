import type {EventAnswer} from "../../answers/event-answer.ts";
import type {HistoryAnswer} from "../../answers/list-answers.ts";
import type {StatusResponse} from "../../answers/status-answer.ts";

/** More rounds than come between two requests for the history, which has fewer. */
const MOST_ROUNDS = 4000;

/** The figures of a round. */
export type RoundFigures = HistoryAnswer["data"][number];

/**
 * A run's figures round by round, in ascending order: the node's history, and all events since its request.
 */
export interface Curves {
  /** The run's id; null before it is known. */
  readonly run: string | null;
  readonly rounds: readonly RoundFigures[];
}

/** The curves before anything is heard. */
export const NO_CURVES: Curves = {run: null, rounds: []};

const noFigures = (round: number): RoundFigures => ({
  round,
  loss: null,
  consensusDistance: null,
  validation: null,
});

/** `rounds` with `figures` merged into their round; its other figures stay. */
function withFigures(
  rounds: readonly RoundFigures[],
  figures: Partial<RoundFigures> & Pick<RoundFigures, "round">,
): readonly RoundFigures[] {
  const {round} = figures;
  const place = rounds.findLastIndex((other) => other.round < round) + 1;
  const before = rounds[place];
  const isThere = before?.round === round;
  const merged = {...(isThere ? before : noFigures(round)), ...figures};
  return [...rounds.slice(0, place), merged, ...rounds.slice(isThere ? place + 1 : place)].slice(
    -MOST_ROUNDS,
  );
}

/** `curves` with the figures of an event. */
export function curvesWithEvent(curves: Curves, event: EventAnswer): Curves {
  const {rounds} = curves;
  switch (event.type) {
    case "loss":
      return {...curves, rounds: withFigures(rounds, {round: event.round, loss: event.loss})};
    case "validation": {
      const {round, n, auroc, logLoss} = event;
      return {...curves, rounds: withFigures(rounds, {round, validation: {n, auroc, logLoss}})};
    }
    case "round": {
      if (event.stage !== "training") return curves;
      const {round, consensusDistance} = event;
      return {...curves, rounds: withFigures(rounds, {round, consensusDistance})};
    }
    default:
      return curves;
  }
}

/** `curves` for the run in a status: another run starts empty. */
export function withStatus(curves: Curves, {node}: StatusResponse): Curves {
  const {run} = node.plan;
  if (curves.run === run) return curves;
  return curves.run === null ? {...curves, run} : {...NO_CURVES, run};
}

/** The known values of `figures`. */
function knownOf({round, loss, consensusDistance, validation}: RoundFigures) {
  return {
    round,
    ...(loss === null ? {} : {loss}),
    ...(consensusDistance === null ? {} : {consensusDistance}),
    ...(validation === null ? {} : {validation}),
  };
}

/**
 * Replaces `curves` with the node's history, but keeps their figures from its newest round on; ignores the
 * history of another run.
 */
export function withHistory(curves: Curves, {run, data}: HistoryAnswer): Curves {
  if (curves.run !== null && curves.run !== run) return curves;
  const newest = data.at(-1)?.round ?? 0;
  const since = curves.rounds.filter(({round}) => round >= newest);
  return {run, rounds: since.map(knownOf).reduce(withFigures, data)};
}
