import type {ResultRow, StudyResults} from "../study/results.ts";
import {isSiteAlone} from "./palette.ts";
import {countText} from "./words.ts";

/** With more sites than this, tables by site tell nobody anything. */
const MOST_SITES = 12;

/**
 * Sites' own models as one: of each seed the mean of their figures, without an interval over patients. Where one site
 * has diverged the mean has.
 */
function localMeans(rows: readonly ResultRow[], name: string): readonly ResultRow[] {
  const groups = new Map<string, {row: ResultRow; values: number[]; diverged: boolean}>();
  for (const row of rows) {
    const key = JSON.stringify([row.point, row.seed, row.test, row.metric]);
    const group = groups.get(key) ?? {row, values: [], diverged: false};
    if (row.status === "diverged") group.diverged = true;
    if (row.value !== null) group.values.push(row.value);
    groups.set(key, group);
  }
  return [...groups.values()].map(({row, values, diverged}) => ({
    ...row,
    method: name,
    status: diverged ? "diverged" : "finished",
    divergedAt: null,
    value:
      diverged || values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length,
    low: null,
    high: null,
  }));
}

/**
 * The study as tables show it: of more than twelve sites the own models are averaged, and the sites' own test
 * patients are left to results.csv.
 */
export function condensed(study: StudyResults): StudyResults {
  const trainers = study.sites.filter(({role}) => role === "trainer");
  if (trainers.length <= MOST_SITES) return study;
  const names = new Set(trainers.map(({name}) => name));
  const shown = study.results.filter(({test}) => !names.has(test));
  const locals = shown.filter(({method}) => isSiteAlone(method));
  const sites = new Set(locals.map(({method}) => method)).size;
  return {
    ...study,
    results: [
      ...shown.filter(({method}) => !isSiteAlone(method)),
      ...localMeans(locals, `Local (mean of ${countText(sites)} sites)`),
    ],
  };
}
