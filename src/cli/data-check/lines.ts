import type {PartCounts, SealedSplit, SiteTable, SlideSummary, SlidesTask, Task} from "../../data/index.ts";
import {auroc} from "../../evaluation/index.ts";

const BUCKETS = [1, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000, 1_000_000];

/** Fewer train patients of a class than this make figures that move by chance. */
const FEW_PATIENTS = 10;

/** An AUROC of the number of tiles further from .5 than this is a trap. */
const TELLING_DISTANCE = 0.2;

/** A count as a range wide enough to be passed on: 0, 1-9, 10-19, ... 1000000 or more. */
function bucketOf(count: number): string {
  const next = BUCKETS.findIndex((bound) => bound > count);
  if (next === 0) return "0";
  if (next === -1) return `${BUCKETS.at(-1)} or more`;
  return `${BUCKETS[next - 1]}-${(BUCKETS[next] ?? 0) - 1}`;
}

function countsLine(part: string, {patients, positivePatients, negativePatients}: PartCounts): string {
  const counts = [patients, positivePatients, negativePatients].map(bucketOf);
  return `${part.padEnd(12)}${counts.map((count) => count.padStart(14)).join("")}`;
}

/** The table of patients a part and class. */
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

function slideLines({features}: SlidesTask, table: SiteTable, slides: SlideSummary): string[] {
  const tiles = slides.bags.reduce((sum, bag) => sum + bag.tiles, 0);
  const most = features.tilesPerPatient;
  const source = slides.stated.extractor === null ? "no file names it" : "as the files say";
  const dropped = slides.slides === null ? "tiles" : "patients";
  return [
    `extractor     ${features.extractor} (${source})`,
    `features      ${features.dimension} a tile; size of a tile: ${sizeText(features)}`,
    `tiles         ${bucketOf(tiles)}, of which ${bucketOf(table.labels.length)} are used: at most ${most} a patient`,
    ...(slides.slides === null
      ? []
      : [`slides        ${bucketOf(slides.slides)}, no file missing, none listed twice`]),
    `left out      ${bucketOf(table.droppedRows)} ${dropped} without a label, ` +
      `${bucketOf(slides.patientsWithoutSlide)} patients without a slide, ` +
      `${bucketOf(slides.slidesWithoutPatient)} slides of unknown patients`,
  ];
}

/** What the rows of the site are. */
export function contentLines(task: Task, table: SiteTable): string[] {
  if (task.kind === "slides" && table.slides !== null) return slideLines(task, table, table.slides);
  const time = task.kind === "tabular" ? task.label.time : undefined;
  return [
    ...(time === undefined
      ? []
      : [`survival      time in ${time.unit}; positive: the event was seen, negative: it was not`]),
    `features      ${table.featureNames.length}`,
    `rows left out ${bucketOf(table.droppedRows)} (a value is missing)`,
  ];
}

/** How nobody is in two parts, and how many patients look like another. */
export function leakageLines(task: Task, sharedPatients: number): string[] {
  const reason =
    task.split.type === "hash"
      ? "parts are drawn by patient"
      : "the split file keeps each patient's rows together";
  const shared =
    sharedPatients === 0
      ? "no two patients share a row of features"
      : `${bucketOf(sharedPatients)} patients share a row of features with another`;
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

/** What whoever approves a run with this data should know. */
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
