import type {TileFile} from "../readers/tile-file.ts";
import type {SiteQuery} from "../site-query.ts";
import type {SlideFeatures, SlidesTask} from "../task/task-schema.ts";
import {fileRowsOf, withTiles} from "./listed-tiles.ts";
import {type ListedPatient, listSlides} from "./slide-listing.ts";
import type {ListedTiles} from "./slide-table.ts";
import {checkValues, createTileChecks, type TileChecks} from "./tile-checks.ts";

/** Most bytes of one slice's features. */
const SLICE_BYTES = 8 * 2 ** 20;

/** Some tiles of a patient in one file; owned by the receiver. */
export interface TileSlice {
  /** The file as the site's tables name it: for this machine only, because it may name a patient. */
  readonly file: string;
  /** Number of each tile among the file's tiles, from 0, ascending, shape `[n]`. */
  readonly rows: Uint32Array;
  /** Raw features, shape `[n, d]`. */
  readonly features: Float32Array;
  /** x and y of each tile in the file's own unit, shape `[n, 2]`; null if the file does not state them. */
  readonly coordinates: Float64Array | null;
}

/** A patient of a site with all its tiles, none left out. */
export interface PatientTiles {
  /** Namespaced key `site:key`: for this machine only, never sent, logged or shown. */
  readonly patient: string;
  readonly label: 0 | 1;
  /**
   * The tiles slide by slide in the order of the slides' file names, at most 8 MiB of features at a time.
   * @throws {CodedError} one of the DATA_ codes
   */
  slices(): AsyncGenerator<TileSlice>;
}

async function readSlice(file: TileFile, part: ListedTiles, positions: Uint32Array): Promise<TileSlice> {
  const rows = fileRowsOf(part, positions);
  const features = new Float32Array(rows.length * file.dimension);
  await file.read(rows, features);
  return {file: part.file, rows, features, coordinates: await file.coordinates(rows)};
}

async function* slicesOf(
  {parts}: ListedPatient,
  features: SlideFeatures,
  checks: TileChecks,
): AsyncGenerator<TileSlice> {
  const most = Math.max(1, Math.floor(SLICE_BYTES / (4 * features.dimension)));
  for (const part of parts) {
    let first = 0;
    let tiles = 1;
    while (first < tiles) {
      const slice = await withTiles(part, (file) => {
        if (first === 0) checks.check(file, part.name);
        tiles = part.rows?.length ?? file.tiles;
        const start = first;
        const length = Math.min(most, tiles - start);
        return readSlice(
          file,
          part,
          Uint32Array.from({length}, (_, index) => start + index),
        );
      });
      checkValues(slice.features, features, part.name);
      yield slice;
      first += most;
    }
  }
}

/**
 * Yields the patients of a site that have a label and a slide, one after another with ALL their tiles, in the
 * order of `readSite`: for heat maps, which never leave the site.
 * @param task that of `query`
 * @throws {CodedError} one of the DATA_ codes, as `readSite`
 */
export async function* patientTiles(task: SlidesTask, query: SiteQuery): AsyncGenerator<PatientTiles> {
  const {patients} = await listSlides(task, query);
  const checks = createTileChecks(task.features);
  for (const patient of patients) {
    const slices = (): AsyncGenerator<TileSlice> => slicesOf(patient, task.features, checks);
    yield {patient: patient.key, label: patient.label, slices};
  }
}
