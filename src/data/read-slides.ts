import {CodedError, createRandom} from "../core/index.ts";
import type {DataErrorCode} from "./errors.ts";
import {featuresOf} from "./features.ts";
import {rowsOf, withTiles} from "./listed-tiles.ts";
import type {TileFacts} from "./readers/tile-file.ts";
import {sampleRows} from "./sample-rows.ts";
import type {SiteQuery} from "./site-query.ts";
import {type ListedPatient, type ListedTiles, listSlides, type SlideListing} from "./slide-listing.ts";
import {MAX_TABLE_VALUES} from "./table-rows.ts";
import type {SlideFeatures, SlidesTask} from "./task-schema.ts";
import {checkValues, createTileChecks} from "./tile-checks.ts";
import type {SiteTable} from "./types.ts";

/** Of no plan: who draws which tiles must not change from run to run. */
const SAMPLE_SEED = 0;

/** A patient whose files were opened once and fit the task. */
interface Bag {
  readonly patient: ListedPatient;
  /** Tiles of each part. */
  readonly sizes: readonly number[];
  /** All tiles of the patient. */
  readonly tiles: number;
  /** Which of them are kept, ascending. */
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
): Promise<{readonly bags: readonly Bag[]; readonly stated: TileFacts}> {
  const checks = createTileChecks(features);
  const sizeOf = (part: ListedTiles): Promise<number> =>
    withTiles(part, async (file) => {
      checks.check(file, part.name);
      return part.rows?.length ?? file.tiles;
    });
  const bags: Bag[] = [];
  for (const patient of listing.patients) {
    const sizes: number[] = [];
    for (const part of patient.parts) sizes.push(await sizeOf(part));
    bags.push(bagOf(patient, sizes, features.tilesPerPatient));
  }
  return {bags, stated: checks.stated};
}

/** The positions of `kept` from `start` to `start + size` - 1, counted from `start`. */
function within(kept: Uint32Array, start: number, size: number): Uint32Array {
  return kept.filter((tile) => tile >= start && tile < start + size).map((tile) => tile - start);
}

async function readBag({patient, sizes, kept}: Bag, features: SlideFeatures, into: Float32Array) {
  let start = 0;
  let done = 0;
  for (const [index, part] of patient.parts.entries()) {
    const size = sizes[index] ?? 0;
    const positions = within(kept, start, size);
    const target = into.subarray(done * features.dimension, (done + positions.length) * features.dimension);
    if (positions.length > 0) await withTiles(part, (file) => file.read(rowsOf(part, positions), target));
    checkValues(target, features, part.name);
    start += size;
    done += positions.length;
  }
}

/** Room for the kept tiles of all bags, shape `[n, dimension]`. */
function roomFor(n: number, {dimension}: SlideFeatures, site: string): Float32Array {
  if (n * dimension <= MAX_TABLE_VALUES) return new Float32Array(n * dimension);
  const what = `sites.${site}: ${n} tiles of ${dimension} features are more than ${MAX_TABLE_VALUES} values`;
  throw new CodedError<DataErrorCode>("DATA_FILE_TOO_LARGE", what, {hint: "Lower features.tilesPerPatient."});
}

/**
 * Reads and checks the slides of one site: one row a kept tile, rows of a patient side by side. Of a patient with more
 * than `features.tilesPerPatient` tiles that many are drawn without replacement, by a seed that depends on the
 * patient's key alone. Memory is that of the kept tiles and one slice of a file.
 * @param task that of `query`
 * @returns the table, owned by the caller
 * @throws {CodedError} one of the DATA_ codes, one line that names a table and its line, never a patient or a
 * slide's file
 */
export async function readSlides(task: SlidesTask, query: SiteQuery): Promise<SiteTable> {
  const {features} = task;
  const listing = await listSlides(task, query);
  const {bags, stated} = await scan(listing, features);
  const n = bags.reduce((sum, {kept}) => sum + kept.length, 0);
  const values = roomFor(n, features, query.site);
  const labels = new Uint8Array(n);
  const rowNumbers = new Uint32Array(n);
  const patients: string[] = [];
  for (const bag of bags) {
    const {kept, patient} = bag;
    const row = patients.length;
    await readBag(
      bag,
      features,
      values.subarray(row * features.dimension, (row + kept.length) * features.dimension),
    );
    labels.fill(patient.label, row, row + kept.length);
    rowNumbers.set(kept, row);
    for (let tile = 0; tile < kept.length; tile++) patients.push(patient.key);
  }
  const {droppedRows, slides, patientsWithoutSlide, slidesWithoutPatient} = listing;
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
    slides: {
      bags: bags.map(({patient: {label}, tiles}) => ({label, tiles})),
      slides,
      patientsWithoutSlide,
      slidesWithoutPatient,
      stated,
    },
  };
}
