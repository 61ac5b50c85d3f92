import {written} from "../drawing/index.ts";
import {environmentJson, resultsCsv, roundsCsv, type StudyResults, summaryJson} from "../study/index.ts";
import {inFile} from "./charts/look.ts";
import {type Picture, pictureCsv} from "./charts/picture.ts";
import {consensusPicture, curvesPicture, forestPicture, sitesPicture, topologyPicture} from "./pictures.ts";
import {reportHtml} from "./report-html.ts";
import {atPoint, pointsOf} from "./result-groups.ts";
import {sweepPicture} from "./sweep.ts";

/**
 * Returns the pictures of a report by file name. Each is an SVG file of its own, on white paper and without a
 * style sheet, beside a CSV file with the numbers that it draws. In a sweep, the pictures of the first point
 * have plain names, and the names of the others end in the point's number.
 */
export function pictureFiles(study: StudyResults): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const note = study.isSynthetic ? "SYNTHETIC data: no real patient has part in it" : null;
  const add = (name: string, picture: Picture): void => {
    const drawn = picture.draw(inFile(name, note));
    if (drawn === null) return;
    files.set(`${name}.svg`, `${written(drawn)}\n`);
    files.set(`${name}.csv`, pictureCsv(picture));
  };
  add("sweep", sweepPicture(study));
  add("topology", topologyPicture(study));
  for (const [place, point] of pointsOf(study).entries()) {
    const own = atPoint(study, point);
    const end = place === 0 ? "" : `-${place + 1}`;
    add(`curves${end}`, curvesPicture(own));
    add(`consensus${end}`, consensusPicture(own));
    add(`forest${end}`, forestPicture(own));
    add(`sites${end}`, sitesPicture(own));
  }
  return files;
}

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
