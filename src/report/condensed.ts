import {localName, type ResultRow, type StudyResults} from "../study/index.ts";
import {isSiteAlone} from "./charts/palette.ts";
import {countText} from "./words.ts";

/** Largest number of sites in tables by site; with more they are unreadable. */
const MOST_SITES = 12;

/**
 * Combines sites' own models into one: for each seed the mean of their figures, without an interval over
 * patients. If a site has no model there is no mean.
 */
function localMeans(rows: readonly ResultRow[], name: string): readonly ResultRow[] {
  const groups = new Map<string, {row: ResultRow; values: number[]; lost: ResultRow | null}>();
  for (const row of rows) {
    const key = JSON.stringify([row.point, row.seed, row.test, row.metric]);
    const group = groups.get(key) ?? {row, values: [], lost: null};
    if (row.status !== "finished") group.lost = row;
    if (row.value !== null) group.values.push(row.value);
    groups.set(key, group);
  }
  return [...groups.values()].map(({row, values, lost}) => ({
    ...row,
    method: name,
    status: lost?.status ?? "finished",
    divergedAt: null,
    value:
      lost !== null || values.length === 0
        ? null
        : values.reduce((sum, value) => sum + value, 0) / values.length,
    low: null,
    high: null,
  }));
}

/**
 * Condenses a study for tables. With more than twelve sites their own models are averaged, and the sites' own
 * test patients are left to results.csv.
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
      ...localMeans(locals, localName(`(mean of ${countText(sites)} sites)`)),
    ],
  };
}
