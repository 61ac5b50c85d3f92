import {mkdir} from "node:fs/promises";
import {join} from "node:path";
import {at} from "../../core/index.ts";
import {
  patientTiles,
  type SiteQuery,
  type SlidesTask,
  standardise,
  type TileSlice,
} from "../../data/index.ts";
import {writeCsv} from "./csv-file.ts";
import {ownKey} from "./own-patients.ts";
import type {UsableModel} from "./usable-model.ts";

const HEADER = ["slide", "tile", "x", "y", "score", "attention"];
const NO_LABELS = new Uint8Array(0);

/** One tile of a patient's map. */
interface MapTile {
  readonly slide: string;
  readonly tile: number;
  /** Null if the file has no coordinates. */
  readonly x: number | null;
  readonly y: number | null;
  readonly score: number;
  /** Logit before the softmax over the patient's tiles; null for a model without attention. */
  readonly logit: number | null;
}

function mapSlice({model, parameters, standardiser}: UsableModel, slice: TileSlice, d: number): MapTile[] {
  const {rows, features, coordinates, file} = slice;
  const tiles = standardise({n: rows.length, d, values: features, labels: NO_LABELS}, standardiser);
  const {attention, scores} = model.explain(parameters, {n: tiles.n, d, values: tiles.values});
  return Array.from(rows, (tile, index) => ({
    slide: file,
    tile,
    x: coordinates === null ? null : at(coordinates, 2 * index),
    y: coordinates === null ? null : at(coordinates, 2 * index + 1),
    score: at(scores, index),
    logit: attention === null ? null : at(attention, index),
  }));
}

/** The tiles' shares of the patient's attention: the softmax of their logits, without overflow. */
function* rowsOf(map: readonly MapTile[]): Generator<(string | number)[]> {
  const most = map.reduce(
    (greatest, {logit}) => Math.max(greatest, logit ?? greatest),
    Number.NEGATIVE_INFINITY,
  );
  const sum = map.reduce((total, {logit}) => total + (logit === null ? 0 : Math.exp(logit - most)), 0);
  for (const {slide, tile, x, y, score, logit} of map) {
    yield [slide, tile, x ?? "", y ?? "", score, logit === null ? "" : Math.exp(logit - most) / sum];
  }
}

/**
 * Writes tiles/PATIENT.csv below `folder` for each patient of the site, with ALL its tiles: slide, number of
 * the tile in its file, x and y as in the file, the probability of label 1 that the tile alone would get, and
 * its share of the patient's attention. They are for heat maps; nothing in this program sends the files away
 * from the site.
 * @returns the folder of the files
 * @throws DATA_*
 */
export async function writeTileMaps(
  folder: string,
  task: SlidesTask,
  query: SiteQuery,
  usable: UsableModel,
): Promise<string> {
  const target = join(folder, "tiles");
  await mkdir(target, {mode: 0o700});
  for await (const {patient, slices} of patientTiles(task, query)) {
    const map: MapTile[] = [];
    for await (const slice of slices()) map.push(...mapSlice(usable, slice, task.features.dimension));
    const name = encodeURIComponent(ownKey(query.site, patient));
    await writeCsv(join(target, `${name}.csv`), HEADER, rowsOf(map));
  }
  return target;
}
