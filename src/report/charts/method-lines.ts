import type {ChartSeries} from "../../drawing/index.ts";
import {isLocal, styleOf} from "./palette.ts";

/** Figures of a method along an axis. */
export type MethodPoints = Pick<ChartSeries, "points"> & {readonly method: string};

/** The lines of methods in a chart. Sites' own lines are last; they have no bands, and share a name. */
export function methodLines(methods: readonly MethodPoints[]): readonly ChartSeries[] {
  const locals = methods.filter(({method, points}) => isLocal(method) && points.length > 0);
  return [
    ...methods
      .filter(({method}) => !isLocal(method))
      .map(({method, points}) => ({label: method, style: styleOf(method), points})),
    ...locals.map(({method, points}) => ({
      label: locals.length === 1 ? method : "Local, each site",
      style: styleOf(method),
      points: points.map((point) => ({...point, low: null, high: null})),
    })),
  ];
}
