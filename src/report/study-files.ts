import {environmentJson, resultsCsv, roundsCsv, type StudyResults, summaryJson} from "../study/index.ts";
import {pictureFiles} from "./report-files.ts";
import {reportHtml} from "./report-html.ts";

/**
 * Returns the texts of a study's files by name, all except config.resolved.json. Equal results give equal
 * bytes.
 */
export function studyFiles(study: StudyResults): ReadonlyMap<string, string> {
  return new Map([
    ["results.csv", resultsCsv(study)],
    ["rounds.csv", roundsCsv(study)],
    ["environment.json", environmentJson(study.environment)],
    ["summary.json", summaryJson(study)],
    ["report.html", reportHtml(study)],
    ...pictureFiles(study),
  ]);
}
