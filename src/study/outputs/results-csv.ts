import {type ExperimentData, sweepPoints} from "../../config/index.ts";
import {CodedError} from "../../core/index.ts";
import type {SimulationErrorCode} from "../../simulation/index.ts";
import type {ResultRow, RoundRow, StudyResults} from "../results.ts";
import {type CsvCell, csvText} from "./csv-text.ts";
import {type Point, pointCell, pointKey, pointText, sweptKeys} from "./point-columns.ts";
import {resultRowSchema, roundRowSchema} from "./summary-schema.ts";
import {valueText} from "./value-text.ts";

/**
 * Describes how an experiment's patients are dealt to its nodes, such as `dirichlet, nodes 12, minimum 10,
 * alpha 0.3`.
 */
function partitionText(data: ExperimentData): string {
  return data.source === "cohorts" ? "natural" : valueText(data.partition);
}

/** Facts of a study that appear in every line. */
interface LineFacts {
  readonly isSynthetic: boolean;
  /** Describes how patients are dealt at a point. */
  partitionAt(point: Point): string;
}

/** A column of a table: its name, a description of its content, and its cell of a row. */
interface Column<Row> {
  readonly name: string;
  readonly says: string;
  cell(row: Row, facts: LineFacts): CsvCell;
}

const results = resultRowSchema.shape;
const rounds = roundRowSchema.shape;
/** Returns a schema's description of a value. A value that is null in JSON is an empty cell. */
const said = ({description = ""}: {readonly description?: string | undefined}): string =>
  description.replace("; null where", "; empty where");

const SHARED: readonly Column<ResultRow | RoundRow>[] = [
  {
    name: "synthetic",
    says: "`true` where the patients are invented.",
    cell: (_, {isSynthetic}) => isSynthetic,
  },
  {
    name: "partition",
    says: "How patients are dealt to the nodes, `natural` where each site keeps its own.",
    cell: ({point}, {partitionAt}) => partitionAt(point),
  },
];

/** The columns of results.csv before those of swept keys. */
export const RESULT_COLUMNS: readonly Column<ResultRow>[] = [
  {name: "test", says: said(results.test), cell: ({test}) => test},
  {name: "method", says: said(results.method), cell: ({method}) => method},
  {name: "seed", says: said(results.seed), cell: ({seed}) => seed},
  {name: "metric", says: said(results.metric), cell: ({metric}) => metric},
  {name: "value", says: said(results.value), cell: ({value}) => value},
  {name: "low", says: said(results.low), cell: ({low}) => low},
  {name: "high", says: said(results.high), cell: ({high}) => high},
  {name: "n", says: said(results.n), cell: ({n}) => n},
  {name: "split", says: "Always `test`: which patients the figure is of.", cell: () => "test"},
  {name: "status", says: said(results.status), cell: ({status}) => status},
  {
    name: "ended_at",
    says: "Round, from 1, in which training diverged or stalled; empty where it finished or has no rounds.",
    cell: ({divergedAt, stall}) => divergedAt ?? stall?.round ?? null,
  },
  {
    name: "reason",
    says: "The reason of a stall; empty without one.",
    cell: ({stall}) => stall?.reason ?? null,
  },
  ...SHARED,
];

/** The columns of rounds.csv before those of swept keys. */
export const ROUND_COLUMNS: readonly Column<RoundRow>[] = [
  {name: "method", says: said(rounds.method), cell: ({method}) => method},
  {name: "seed", says: said(rounds.seed), cell: ({seed}) => seed},
  {name: "round", says: said(rounds.round), cell: ({round}) => round},
  {name: "value", says: said(rounds.value), cell: ({value}) => value},
  {name: "split", says: said(rounds.on), cell: ({on}) => on},
  {name: "seconds", says: said(rounds.seconds), cell: ({seconds}) => seconds},
  {name: "bytes", says: said(rounds.bytes), cell: ({bytes}) => bytes},
  {
    name: "consensus_distance",
    says: said(rounds.consensusDistance),
    cell: ({consensusDistance}) => consensusDistance,
  },
  {name: "absent", says: `${said(rounds.absent)} Parted by spaces.`, cell: ({absent}) => absent.join(" ")},
  ...SHARED,
];

function factsOf({isSynthetic, experiment}: StudyResults): LineFacts {
  const partitions = new Map(
    sweepPoints(experiment).map(({point, experiment: own}) => [pointKey(point), partitionText(own.data)]),
  );
  return {
    isSynthetic,
    partitionAt(point) {
      const partition = partitions.get(pointKey(point));
      if (partition !== undefined) return partition;
      throw new CodedError<SimulationErrorCode>(
        "SIMULATION_SUMMARY_INVALID",
        `the experiment's sweep has no point ${pointText(point)}`,
      );
    },
  };
}

function tableText<Row extends {readonly point: Point}>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  facts: LineFacts,
): string {
  const keys = sweptKeys(rows);
  return csvText(
    [...columns.map(({name}) => name), ...keys],
    rows.map((row) => [
      ...columns.map(({cell}) => cell(row, facts)),
      ...keys.map((key) => pointCell(row.point[key])),
    ]),
  );
}

/**
 * Formats results.csv: a line for each figure, in the given order; {@link RESULT_COLUMNS}, then a column for
 * each swept key.
 */
export function resultsCsv(study: StudyResults): string {
  return tableText(RESULT_COLUMNS, study.results, factsOf(study));
}

/**
 * Formats rounds.csv: a line for each round of each method, in the given order; {@link ROUND_COLUMNS}, then
 * swept keys.
 */
export function roundsCsv(study: StudyResults): string {
  return tableText(ROUND_COLUMNS, study.rounds, factsOf(study));
}
