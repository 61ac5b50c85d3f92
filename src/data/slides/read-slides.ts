import {at, CodedError, createRandom, type Random} from "../../core/index.ts";
import {countRange} from "../count-range.ts";
import type {DataErrorCode} from "../errors.ts";
import {featuresOf} from "../features.ts";
import {attemptLater, FIRST_FAULT, type Findings} from "../findings.ts";
import type {SiteQuery} from "../site-query.ts";
import {MAX_TABLE_VALUES} from "../table/table-rows.ts";
import type {SlideFeatures, SlidesTask} from "../task/task-schema.ts";
import type {SiteTable} from "../types.ts";
import {fileRowsOf, withTiles} from "./listed-tiles.ts";
import {type ListedPatient, listSlides, type SlideListing} from "./slide-listing.ts";
import type {ListedTiles} from "./slide-table.ts";
import {
  checkValues,
  checkVaried,
  countBlankTiles,
  createTileChecks,
  type StatedFacts,
} from "./tile-checks.ts";

/**
 * Draws `count` different numbers of 0 .. `total` - 1, ascending; every such set is equally likely. Returns
 * all of them if there are no more than `count`.
 * @see Bentley and Floyd (1987), A sample of brilliance, Communications of the ACM 30 (9)
 */
function sampleRows(random: Random, total: number, count: number): Uint32Array {
  if (total <= count) return Uint32Array.from({length: total}, (_, row) => row);
  const taken = new Set<number>();
  for (let last = total - count; last < total; last++) {
    const drawn = random.below(last + 1);
    taken.add(taken.has(drawn) ? last : drawn);
  }
  return Uint32Array.from(taken).sort();
}

/** Not from a plan: the tiles that are drawn for a patient must not change from run to run. */
const SAMPLE_SEED = 0;

/** A patient whose files were opened once and fit the task. */
interface Bag {
  readonly patient: ListedPatient;
  /** Tiles of each part. */
  readonly sizes: readonly number[];
  /** All tiles of the patient. */
  readonly tiles: number;
  /** Tiles that are kept, ascending. */
  readonly kept: Uint32Array;
}

function bagOf(patient: ListedPatient, sizes: readonly number[], most: number): Bag {
  const tiles = sizes.reduce((sum, size) => sum + size, 0);
  const random = createRandom({seed: SAMPLE_SEED, site: patient.key, round: 0, purpose: "kept-tiles"});
  return {patient, sizes, tiles, kept: sampleRows(random, tiles, most)};
}

async function scan(
  listing: SlideListing,
  features: SlideFeatures,
  findings: Findings,
): Promise<{readonly bags: readonly Bag[]; readonly stated: StatedFacts}> {
  const checks = createTileChecks(features);
  const total = listing.patients.reduce((sum, {parts}) => sum + parts.length, 0);
  let done = 0;
  const sizeOf = (part: ListedTiles): Promise<number> =>
    withTiles(part, async (file) => {
      checks.check(file, part.name);
      return part.rows?.length ?? file.tiles;
    });
  const bags: Bag[] = [];
  for (const patient of listing.patients) {
    const sizes: number[] = [];
    for (const part of patient.parts) {
      const size = await attemptLater(findings, () => sizeOf(part));
      if (size !== undefined) sizes.push(size);
      done += 1;
      findings.progress(done, total);
    }
    if (sizes.length === patient.parts.length) bags.push(bagOf(patient, sizes, features.tilesPerPatient));
  }
  return {bags, stated: checks.stated};
}

/** The positions of `kept` from `start` to `start + size` - 1, counted from `start`. */
function within(kept: Uint32Array, start: number, size: number): Uint32Array {
  return kept.filter((tile) => tile >= start && tile < start + size).map((tile) => tile - start);
}

/** @returns the number of kept tiles that are blank */
async function readBag(
  {patient, sizes, kept}: Bag,
  features: SlideFeatures,
  into: Float32Array,
  findings: Findings,
): Promise<number> {
  let start = 0;
  let done = 0;
  let blank = 0;
  for (const [index, part] of patient.parts.entries()) {
    const size = at(sizes, index);
    const positions = within(kept, start, size);
    const target = into.subarray(done * features.dimension, (done + positions.length) * features.dimension);
    start += size;
    done += positions.length;
    if (positions.length === 0) continue;
    const found = await attemptLater(findings, async () => {
      await withTiles(part, (file) => file.read(fileRowsOf(part, positions), target));
      checkValues(target, features, part.name);
      // An array holds all patients: the values of one patient say nothing of the whole.
      if (part.rows === null) checkVaried(target, features, part.name);
      return countBlankTiles(target, features);
    });
    if (found !== undefined) blank += found;
  }
  return blank;
}

/** Reports properties of the files that are allowed but are no good sign. */
function noteFiles({strayCoordinates}: StatedFacts, blankTiles: number, findings: Findings): void {
  if (strayCoordinates > 0) {
    findings.tell(
      "warning",
      `${countRange(strayCoordinates)} slides do not have one position per tile in their coordinates: heat maps leave ` +
        "these slides out, and the extraction may be incomplete",
    );
  }
  if (blankTiles > 0) {
    findings.tell(
      "warning",
      `${countRange(blankTiles)} tiles have one value in all their features: their extraction may have died`,
    );
  }
}

/** An array for the kept tiles of all bags, shape `[n, dimension]`. */
function roomFor(n: number, {dimension}: SlideFeatures, site: string): Float32Array {
  if (n * dimension <= MAX_TABLE_VALUES) return new Float32Array(n * dimension);
  const what = `sites.${site}: ${n} tiles of ${dimension} features are more than ${MAX_TABLE_VALUES} values`;
  throw new CodedError<DataErrorCode>("DATA_FILE_TOO_LARGE", what, {hint: "Lower features.tilesPerPatient."});
}

/**
 * Reads and checks the slides of one site: one row for each kept tile, rows of a patient side by side. If a
 * patient has more than `features.tilesPerPatient` tiles, that many are drawn without replacement, by a seed
 * that depends on the patient's key alone. It needs memory for the kept tiles and one slice of a file.
 * @param task that of `query`
 * @returns the table, owned by the caller
 * @throws {CodedError} one of the DATA_ codes, one line that names a table and its line, never a patient or a
 *   slide's file
 */
export async function readSlides(task: SlidesTask, query: SiteQuery): Promise<SiteTable> {
  const {features} = task;
  const {findings = FIRST_FAULT} = query;
  const listing = await listSlides(task, query);
  const {bags, stated} = await scan(listing, features, findings);
  const n = bags.reduce((sum, {kept}) => sum + kept.length, 0);
  const values = roomFor(n, features, query.site);
  const labels = new Uint8Array(n);
  const rowNumbers = new Uint32Array(n);
  const patients: string[] = [];
  let blankTiles = 0;
  for (const bag of bags) {
    const {kept, patient} = bag;
    const row = patients.length;
    const target = values.subarray(row * features.dimension, (row + kept.length) * features.dimension);
    blankTiles += await readBag(bag, features, target, findings);
    labels.fill(patient.label, row, row + kept.length);
    rowNumbers.set(kept, row);
    for (let tile = 0; tile < kept.length; tile++) patients.push(patient.key);
  }
  noteFiles(stated, blankTiles, findings);
  const {droppedRows, droppedPatients, slides, patientsWithoutSlide, slidesWithoutPatient} = listing;
  return {
    site: query.site,
    featureNames: featuresOf(task).map(({name}) => name),
    values,
    labels,
    times: null,
    patients,
    rowNumbers,
    assignedParts: null,
    droppedRows,
    droppedPatients,
    gaps: droppedRows === 0 ? [] : [{column: task.label.column, rows: droppedRows}],
    slides: {
      bags: bags.map(({patient: {label}, tiles}) => ({label, tiles})),
      slides,
      patientsWithoutSlide,
      slidesWithoutPatient,
      stated,
    },
  };
}
