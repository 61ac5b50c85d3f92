import {
  countRange,
  type PartCounts,
  type SealedSplit,
  type SiteTable,
  type SlideSummary,
  type SlidesTask,
  type Task,
} from "../../data/index.ts";
import {auroc} from "../../evaluation/index.ts";

/** With fewer train patients of a class than this, figures move by chance. */
const FEW_PATIENTS = 10;

/** An AUROC of the number of tiles further from .5 than this is a trap. */
const TELLING_DISTANCE = 0.2;

function countsLine(part: string, {patients, positivePatients, negativePatients}: PartCounts): string {
  const counts = [patients, positivePatients, negativePatients].map(countRange);
  return `${part.padEnd(12)}${counts.map((count) => count.padStart(14)).join("")}`;
}

/** The table of patients by part and class. */
export function patientLines({counts: {train, validation, test}}: SealedSplit): string[] {
  const heading = ["all", "positive", "negative"].map((word) => word.padStart(14)).join("");
  return [
    `patients      ${heading.slice(2)}`,
    countsLine("train", train),
    countsLine("validation", validation),
    countsLine("test", test),
  ];
}

function sizeText({tileSizeUm, tileSizePx}: SlidesTask["features"]): string {
  const sizes = [
    tileSizeUm === null ? [] : [`${tileSizeUm} um`],
    tileSizePx === null ? [] : [`${tileSizePx} px`],
  ];
  return sizes.flat().join(", ") || "not stated";
}

/** The files that name the extractor. */
function sourceText({stated: {extractor, unnamedFiles}}: SlideSummary): string {
  if (extractor === null) return "no file names it";
  return unnamedFiles === 0
    ? "as the files say"
    : `as the files say, but ${countRange(unnamedFiles)} do not name it`;
}

function slideLines({features}: SlidesTask, table: SiteTable, slides: SlideSummary): string[] {
  const tiles = slides.bags.reduce((sum, bag) => sum + bag.tiles, 0);
  const most = features.tilesPerPatient;
  const dropped = slides.slides === null ? "tiles" : "patients";
  return [
    `extractor     ${features.extractor} (${sourceText(slides)})`,
    `features      ${features.dimension} a tile; size of a tile: ${sizeText(features)}`,
    `tiles         ${countRange(tiles)}, of which ${countRange(table.labels.length)} are used: at most ${most} a patient`,
    ...(slides.slides === null
      ? []
      : [`slides        ${countRange(slides.slides)}, no file missing, none listed twice`]),
    `left out      ${countRange(table.droppedRows)} ${dropped} without a label, ` +
      `${countRange(slides.patientsWithoutSlide)} patients without a slide, ` +
      `${countRange(slides.slidesWithoutPatient)} slides of unknown patients`,
  ];
}

/** Numbers of rows and patients that were left out, and the columns that caused it. */
function leftOutLine({droppedRows, droppedPatients, gaps}: SiteTable): string {
  if (droppedRows === 0) return "rows left out 0";
  const columns = gaps.map(({column, rows}) => `${column} ${countRange(rows)}`).join(", ");
  const patients = `patients without any row left: ${countRange(droppedPatients)}`;
  return `rows left out ${countRange(droppedRows)}, as a value is missing (${columns}); ${patients}`;
}

/** A description of the rows of the site. */
export function contentLines(task: Task, table: SiteTable): string[] {
  if (task.kind === "slides" && table.slides !== null) return slideLines(task, table, table.slides);
  const time = task.kind === "tabular" ? task.label.time : undefined;
  return [
    ...(time === undefined
      ? []
      : [`survival      time in ${time.unit}; positive: the event was seen, negative: it was not`]),
    `features      ${table.featureNames.length}`,
    leftOutLine(table),
  ];
}

/** The reason why no patient is in two parts, and the number of patients that look like another. */
export function leakageLines(task: Task, sharedPatients: number): string[] {
  const reason =
    task.split.type === "hash"
      ? "parts are drawn by patient"
      : "the split file keeps each patient's rows together";
  const shared =
    sharedPatients === 0
      ? "no two patients share a row of features"
      : `${countRange(sharedPatients)} patients share a row of features with another`;
  return [`leakage       no patient is in two parts (${reason}); ${shared}`];
}

function tileCountWarning({bags}: SlideSummary): string[] {
  const labels = Uint8Array.from(bags, ({label}) => label);
  const area = auroc(
    labels,
    Float64Array.from(bags, ({tiles}) => tiles),
  );
  if (area === null || Math.abs(area - 0.5) <= TELLING_DISTANCE) return [];
  return [
    `warning: the number of a patient's tiles alone tells the label (AUROC ${area.toFixed(1)}): a trap of how the ` +
      "tiles were chosen. Bags are sampled to one size, so that no model sees it.",
  ];
}

function openSizes({features}: SlidesTask, {stated}: SlideSummary): string[] {
  const open = [
    ...(features.tileSizeUm === null && stated.tileSizeUm !== null
      ? [`tileSizeUm: ${stated.tileSizeUm}`]
      : []),
    ...(features.tileSizePx === null && stated.tileSizePx !== null
      ? [`tileSizePx: ${stated.tileSizePx}`]
      : []),
  ];
  return open.length === 0
    ? []
    : [`note: the files say ${open.join(" and ")}; pin it in the task, for all sites`];
}

/** Notes for the person who approves a run with this data. */
export function noteLines(task: Task, table: SiteTable, {counts, oneClassParts}: SealedSplit): string[] {
  const {positivePatients, negativePatients} = counts.train;
  const isFew = Math.min(positivePatients, negativePatients) < FEW_PATIENTS;
  const {slides} = table;
  return [
    ...(task.kind === "slides" && slides !== null
      ? [...tileCountWarning(slides), ...openSizes(task, slides)]
      : []),
    ...(isFew
      ? [`note: fewer than ${FEW_PATIENTS} train patients of a class: figures will move by chance`]
      : []),
    ...oneClassParts.map((part) => `note: no ranking metric can be had on ${part}, a class is absent`),
  ];
}
