import {mkdir, readFile, rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {isCoded} from "../../core/index.ts";
import {openTileFileWriter, type TileFileWriter} from "../writers/hdf5-tiles.ts";
import {unwritable} from "../writers/unwritable.ts";
import {generateSyntheticCrc, type SyntheticCohort, TILE_SIZE_UM} from "./synthetic-crc.ts";
import {TILE_FEATURES} from "./synthetic-crc-tissue.ts";

/** Name of the file that states the source of a folder; it is written last, so it marks a complete folder. */
const MARKER = "generated.json";

/** Must be raised with every change of the data that a seed generates. */
const GENERATOR_VERSION = 1;

const TILE_SIZE_PX = 224;

function markerOf(seed: number): string {
  return `${JSON.stringify({generator: "synthetic-crc", version: GENERATOR_VERSION, seed})}\n`;
}

async function writeCohort(
  folder: string,
  {hospital, patients}: SyntheticCohort,
  writeTiles: TileFileWriter,
): Promise<void> {
  const features = join(folder, hospital, "features");
  await rm(features, {recursive: true, force: true});
  await mkdir(features, {recursive: true});
  const clini = ["PATIENT,isMSIH"];
  const slideRows = ["PATIENT,FILENAME"];
  for (const {key, isMsi, slides} of patients) {
    clini.push(`${key},${isMsi ? "MSIH" : "nonMSIH"}`);
    for (const {file, ...content} of slides) {
      slideRows.push(`${key},${file}`);
      await writeTiles(join(features, file), {
        ...content,
        dimension: TILE_FEATURES,
        extractor: "synthetic-crc",
        tileSizeUm: TILE_SIZE_UM,
        tileSizePx: TILE_SIZE_PX,
      });
    }
  }
  await writeFile(join(folder, hospital, "clini_table.csv"), `${clini.join("\n")}\n`);
  await writeFile(join(folder, hospital, "slide_table.csv"), `${slideRows.join("\n")}\n`);
}

/**
 * Writes the cohorts of `generateSyntheticCrc` below `folder`, which it makes, in the layout of STAMP: for
 * each hospital a folder with clini_table.csv, slide_table.csv and features/*.h5; about 50 MB in a few
 * seconds. A folder that was completely generated from the same seed is left unchanged; otherwise the
 * hospitals' tile files are replaced.
 * @returns whether the files were written by this call
 * @throws {CodedError} DATA_FILE_UNWRITABLE
 */
export async function writeSyntheticCrc(folder: string, seed: number): Promise<boolean> {
  const marker = join(folder, MARKER);
  const found = await readFile(marker, "utf8").catch(() => "");
  if (found === markerOf(seed)) return false;
  const writeTiles = await openTileFileWriter();
  try {
    await rm(marker, {force: true});
    for (const cohort of generateSyntheticCrc(seed)) await writeCohort(folder, cohort, writeTiles);
    await writeFile(marker, markerOf(seed));
  } catch (error) {
    throw isCoded(error) ? error : unwritable(folder, error);
  }
  return true;
}
