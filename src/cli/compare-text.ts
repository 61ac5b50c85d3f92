import {at, unreachable} from "../core/index.ts";
import {
  type ComparedFigure,
  type DifferentSetting,
  METRIC_FACTS,
  pointText,
  type StudyComparison,
  type StudyResults,
} from "../study/index.ts";

/** Two studies and their comparison, as `compare` prints them. */
export interface Compared {
  readonly first: StudyResults;
  readonly second: StudyResults;
  readonly comparison: StudyComparison;
  readonly settings: readonly DifferentSetting[];
}

const signed = (value: number): string => {
  const text = value.toFixed(3);
  if (Number(text) === 0) return "0.000";
  return value > 0 ? `+${text}` : text;
};

function intervalText({low, high}: ComparedFigure): string {
  return low === null || high === null ? "-" : `${signed(low)} to ${signed(high)}`;
}

/** Columns as wide as their widest cell; the first `words` of them to the left, numbers to the right. */
function tableLines(rows: readonly (readonly string[])[], words: number): readonly string[] {
  const widths = at(rows, 0).map((_, place) => Math.max(...rows.map((row) => at(row, place).length)));
  return rows.map((row) =>
    row
      .map((cell, place) =>
        place < words ? cell.padEnd(at(widths, place)) : cell.padStart(at(widths, place)),
      )
      .join("  ")
      .trimEnd(),
  );
}

function figureLines(figures: readonly ComparedFigure[]): readonly string[] {
  const hasPoints = figures.some(({point}) => Object.keys(point).length > 0);
  const head = ["method", "test", "metric", ...(hasPoints ? ["point"] : [])];
  const rows = figures.map((figure) => [
    figure.method,
    figure.test,
    METRIC_FACTS[figure.metric].label,
    ...(hasPoints ? [pointText(figure.point)] : []),
    String(figure.seeds.length),
    figure.first.toFixed(3),
    figure.second.toFixed(3),
    signed(figure.difference),
    intervalText(figure),
  ]);
  return tableLines([[...head, "seeds", "A", "B", "B less A", "95 % over seeds"], ...rows], head.length);
}

function settingLines(settings: Compared["settings"]): readonly string[] {
  if (settings.length === 0) return ["Settings: the same"];
  const shown = (value: unknown): string => (value === undefined ? "-" : JSON.stringify(value));
  const rows = settings.map(({key, first, second}) => [key, shown(first), shown(second)]);
  return ["Settings that differ", ...tableLines([["key", "A", "B"], ...rows], 3).map((line) => `  ${line}`)];
}

function onlyLine(name: string, only: readonly string[]): readonly string[] {
  const shown = only.slice(0, 3).join("; ");
  const more = only.length > 3 ? `; and ${only.length - 3} more` : "";
  return only.length === 0 ? [] : [`Only in ${name}, or at none of the other's seeds: ${shown}${more}`];
}

function unfinishedLine(name: string, unfinished: readonly string[]): readonly string[] {
  return unfinished.length === 0 ? [] : [`Without a figure in ${name}: ${unfinished.join("; ")}`];
}

function studyLine(name: string, {title, isSynthetic, isComplete, seeds}: StudyResults): string {
  const marks = `${isSynthetic ? ", SYNTHETIC data" : ""}${isComplete ? "" : ", PARTIAL"}`;
  return `${name}: ${title} (${seeds.length} seed${seeds.length === 1 ? "" : "s"}${marks})`;
}

function statesLine({states, equalStates, commonStates}: StudyComparison): string {
  const counted = `${equalStates} of ${commonStates} in common are equal, bit by bit`;
  switch (states) {
    case "agrees":
      return `Final states agree: ${counted}`;
    case "differs":
      return `Final states differ: ${counted}`;
    case "unknown":
      return "Final states: the studies have none in common";
    default:
      return unreachable(states);
  }
}

/** The comparison for people; of all metrics, or only of the first study's first. */
export function compareText({first, second, comparison, settings}: Compared, isAll: boolean): string {
  const {figures, onlyFirst, onlySecond} = comparison;
  const {unfinishedFirst, unfinishedSecond} = comparison;
  const shown = isAll ? figures : figures.filter(({metric}) => metric === first.metrics[0]);
  const left = figures.length - shown.length;
  return [
    studyLine("A", first),
    studyLine("B", second),
    "",
    ...settingLines(settings),
    "",
    ...(shown.length === 0 ? ["No figure is in both at the same seed."] : figureLines(shown)),
    ...(left > 0 ? [`(${left} figures by other metrics; --all shows them)`] : []),
    ...onlyLine("A", onlyFirst),
    ...onlyLine("B", onlySecond),
    ...unfinishedLine("A", unfinishedFirst),
    ...unfinishedLine("B", unfinishedSecond),
    "",
    statesLine(comparison),
  ].join("\n");
}
