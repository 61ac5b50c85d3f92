import {CodedError} from "../../core/index.ts";
import type {DataErrorCode} from "../errors.ts";
import type {TileFacts, TileFile} from "../readers/tile-file.ts";
import type {SlideFeatures} from "../task/task-schema.ts";

/** Largest difference of two tile sizes that count as the same. */
const SAME_SIZE = 1e-3;

function fail(code: DataErrorCode, message: string, hint: string): never {
  throw new CodedError(code, message, {hint});
}

function checkSize(name: string, stated: number | null, expected: number | null, unit: string): void {
  if (stated === null || expected === null || Math.abs(stated - expected) <= SAME_SIZE) return;
  const hint = "Tiles of one size only can be learned from together: extract the features again.";
  fail("DATA_TILE_SIZE_DIFFERS", `${name}: tiles of ${stated} ${unit}, not of ${expected} ${unit}`, hint);
}

function checkShape(
  {tiles, dimension}: Pick<TileFile, "tiles" | "dimension">,
  features: SlideFeatures,
  name: string,
): void {
  if (tiles === 0) {
    fail(
      "DATA_TILES_EMPTY",
      `${name}: holds no tile`,
      "Take the slide out of the table, or extract it again.",
    );
  }
  if (dimension === features.dimension) return;
  const hint = "All sites need features of the same extractor; features.dimension says of which.";
  const what = `${name}: ${dimension} features a tile, the task says ${features.dimension}`;
  fail("DATA_DIMENSION_DIFFERS", what, hint);
}

/** Tells whether two programs mean the same extractor: some write CTransPath, some ctranspath. */
function isSameName(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}

/** The facts that the files so far state about themselves, and the number of files that state nothing. */
export interface StatedFacts extends TileFacts {
  /** Number of files that do not name their extractor. */
  readonly unnamedFiles: number;
  /** Number of files with coordinates that are not one place for each tile. */
  readonly strayCoordinates: number;
}

/** Checks one open file after another against the task, and against the files before it. */
export interface TileChecks {
  readonly stated: StatedFacts;
  /**
   * @param name its name in messages
   * @throws {CodedError} DATA_TILES_EMPTY, DATA_DIMENSION_DIFFERS, DATA_EXTRACTOR_DIFFERS,
   *   DATA_TILE_SIZE_DIFFERS
   */
  check(file: TileFile, name: string): void;
}

/**
 * Creates the checks of files against `features`; sizes left open by the task must be the same in all files.
 */
export function createTileChecks(features: SlideFeatures): TileChecks {
  let stated: StatedFacts = {
    extractor: null,
    tileSizeUm: null,
    tileSizePx: null,
    unnamedFiles: 0,
    strayCoordinates: 0,
  };
  return {
    get stated() {
      return stated;
    },
    check({tiles, dimension, facts, hasStrayCoordinates}, name) {
      checkShape({tiles, dimension}, features, name);
      if (facts.extractor !== null && !isSameName(facts.extractor, features.extractor)) {
        const what = `${name}: extractor "${facts.extractor}", the task says "${features.extractor}"`;
        fail("DATA_EXTRACTOR_DIFFERS", what, "Extract the features with that of the task, at all sites.");
      }
      checkSize(name, facts.tileSizeUm, features.tileSizeUm ?? stated.tileSizeUm, "um");
      checkSize(name, facts.tileSizePx, features.tileSizePx ?? stated.tileSizePx, "px");
      stated = {
        extractor: stated.extractor ?? facts.extractor,
        tileSizeUm: stated.tileSizeUm ?? facts.tileSizeUm,
        tileSizePx: stated.tileSizePx ?? facts.tileSizePx,
        unnamedFiles: stated.unnamedFiles + (facts.extractor === null ? 1 : 0),
        strayCoordinates: stated.strayCoordinates + (hasStrayCoordinates ? 1 : 0),
      };
    },
  };
}

/**
 * Checks that all `values` of some tiles are numbers in the task's range.
 * @param values shape `[n, dimension]`
 * @param name its name in messages
 * @throws {CodedError} DATA_FEATURE_NOT_FINITE, DATA_FEATURE_OUT_OF_RANGE
 */
export function checkValues(values: Float32Array, {range, dimension}: SlideFeatures, name: string): void {
  const low = Math.fround(range[0]);
  const high = Math.fround(range[1]);
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    if (value >= low && value <= high) continue;
    const feature = `feature f${index % dimension} of a tile`;
    if (!Number.isFinite(value)) {
      fail(
        "DATA_FEATURE_NOT_FINITE",
        `${name}: ${feature} is not a finite number`,
        "Extract the slide again.",
      );
    }
    const hint = "Check the extractor; widen features.range only if all sites agree.";
    fail("DATA_FEATURE_OUT_OF_RANGE", `${name}: ${feature} lies outside ${range[0]} to ${range[1]}`, hint);
  }
}

/**
 * Counts the tiles with one value in all their features, as after an extraction that died and left the rest
 * filled with zeros.
 * @param values shape `[n, dimension]`
 */
export function countBlankTiles(values: Float32Array, {dimension}: SlideFeatures): number {
  if (dimension === 1) return 0;
  let blank = 0;
  for (let start = 0; start < values.length; start += dimension) {
    const tile = values.subarray(start, start + dimension);
    if (tile.every((value) => value === tile[0])) blank += 1;
  }
  return blank;
}

/**
 * Refuses a slide's file whose features are all one value.
 * @param values those that were read from the file
 * @param name its name in messages
 * @throws {CodedError} DATA_TILES_CONSTANT
 */
export function checkVaried(values: Float32Array, {dimension}: SlideFeatures, name: string): void {
  if (dimension === 1 || values.some((value) => value !== values[0])) return;
  const what = `${name}: every feature of every tile is the same value: its extraction never ran, or died`;
  fail("DATA_TILES_CONSTANT", what, "Extract the slide again.");
}
