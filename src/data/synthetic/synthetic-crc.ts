import {at, createRandom, permutation, type Random} from "../../core/index.ts";
import {MSI_SHARE, SYNTHETIC_CRC_HOSPITALS, type SyntheticCrcHospital} from "./synthetic-crc-hospitals.ts";
import {
  createScanner,
  drawTraits,
  TILE_FEATURES,
  type TileFinding,
  type TileScanner,
} from "./synthetic-crc-tissue.ts";

/** One slide of an invented patient. */
export interface SyntheticSlide {
  /** Name of its tile file, unique in the hospital; it says that the slide is synthetic. */
  readonly file: string;
  /** Number of tiles. */
  readonly tiles: number;
  /** Shape `[tiles, 512]`, each at least 0; owned by the receiver. */
  readonly features: Float32Array;
  /** Upper left corner of each tile in micrometres, shape `[tiles, 2]`; owned by the receiver. */
  readonly coordinates: Float32Array;
  /** Marks the tiles that carry the signal, shape `[tiles]`, each 0 or 1: known here alone, in no file. */
  readonly isSignal: Uint8Array;
}

/** An invented patient with one or two slides. */
export interface SyntheticPatient {
  /** Unique in the hospital; it says that the patient is synthetic. */
  readonly key: string;
  readonly isMsi: boolean;
  readonly slides: readonly SyntheticSlide[];
}

/** An invented hospital. */
export interface SyntheticCohort {
  readonly hospital: string;
  /** Its patients, generated one after the other; a second iteration gives the same. */
  readonly patients: Iterable<SyntheticPatient>;
}

/** Edge of a tile on the slide, as STAMP cuts them. */
export const TILE_SIZE_UM = 256;

const TWO_SLIDES_SHARE = 0.2;
const TILES = {least: 12, most: 44} as const;
const SIGNAL_SHARE = {least: 0.1, most: 0.2} as const;
const LOOK_ALIKE_SHARE = {least: 0, most: 0.1} as const;
/** Share of the MSI patients whose slides do not show it, as in tumours whose form says nothing. */
const SILENT_SHARE = 0.1;
/** Share of the other patients whose slides still show the signal: no model can distinguish them from MSI. */
const MIMIC_SHARE = 0.05;

interface SlidePlan {
  readonly random: Random;
  readonly scanner: TileScanner;
  readonly traits: Float64Array;
  readonly hospital: SyntheticCrcHospital;
  /** Look of the signal in the patient's slides; null if they have none. */
  readonly look: number | null;
}

const between = (random: Random, {least, most}: {least: number; most: number}): number =>
  least + (most - least) * random.uniform();

function pick(random: Random, shares: readonly number[]): number {
  let rest = random.uniform();
  const position = shares.findIndex((share) => {
    rest -= share;
    return rest < 0;
  });
  return position === -1 ? shares.length - 1 : position;
}

/** Tiles on a grid, row after row, as near to a square as their number allows. */
function gridOf(tiles: number): Float32Array {
  const width = Math.ceil(Math.sqrt(tiles));
  const coordinates = new Float32Array(2 * tiles);
  for (let tile = 0; tile < tiles; tile++) {
    coordinates[2 * tile] = TILE_SIZE_UM * (tile % width);
    coordinates[2 * tile + 1] = TILE_SIZE_UM * Math.floor(tile / width);
  }
  return coordinates;
}

/** The tiles in ascending distance from one that is drawn: a focus is a prefix of them. */
function aroundFocus(random: Random, coordinates: Float32Array): number[] {
  const tiles = coordinates.length / 2;
  const focus = random.below(tiles);
  const distance = (tile: number): number =>
    Math.hypot(
      at(coordinates, 2 * tile) - at(coordinates, 2 * focus),
      at(coordinates, 2 * tile + 1) - at(coordinates, 2 * focus + 1),
    );
  return Array.from({length: tiles}, (_, tile) => tile).sort((a, b) => distance(a) - distance(b) || a - b);
}

/** The finding on each tile: a focus of signal if there is one, and look-alikes beside it. */
function drawFindings(
  {random, hospital, look}: SlidePlan,
  coordinates: Float32Array,
): (TileFinding | null)[] {
  const order = aroundFocus(random, coordinates);
  const tiles = order.length;
  const findings = Array.from<unknown, TileFinding | null>({length: tiles}, () => null);
  const signals = look === null ? 0 : Math.max(1, Math.round(between(random, SIGNAL_SHARE) * tiles));
  const lookAlikes = Math.round(between(random, LOOK_ALIKE_SHARE) * tiles);
  order.forEach((tile, rank) => {
    if (look !== null && rank < signals) findings[tile] = {type: "signal", kind: look};
    else if (rank < signals + lookAlikes) {
      findings[tile] = {type: "look-alike", kind: pick(random, hospital.lookAlikeShares)};
    }
  });
  return findings;
}

function drawSlide(plan: SlidePlan, file: string, tiles: number): SyntheticSlide {
  const {random, scanner, traits} = plan;
  const coordinates = gridOf(tiles);
  const findings = drawFindings(plan, coordinates);
  const features = new Float32Array(tiles * TILE_FEATURES);
  findings.forEach((finding, tile) => {
    const into = features.subarray(tile * TILE_FEATURES, (tile + 1) * TILE_FEATURES);
    scanner.scan(random, traits, finding, into);
  });
  const isSignal = Uint8Array.from(findings, (finding) => (finding?.type === "signal" ? 1 : 0));
  return {file, tiles, features, coordinates, isSignal};
}

/** Tiles of each slide, drawn from a separate stream that knows no label: their number reveals none. */
function drawSizes(seed: number, hospital: string, number: number): number[] {
  const random = createRandom({seed, site: hospital, round: number, purpose: "synthetic-crc/sizes"});
  const slides = random.uniform() < TWO_SLIDES_SHARE ? 2 : 1;
  return Array.from({length: slides}, () => TILES.least + random.below(TILES.most - TILES.least + 1));
}

interface Status {
  readonly isMsi: boolean;
  readonly showsSignal: boolean;
}

/** The patients with MSI and those that show it, in an order drawn by the seed; both are exact shares. */
function drawStatuses(seed: number, {name, patients}: SyntheticCrcHospital): Status[] {
  const random = createRandom({seed, site: name, round: 0, purpose: "synthetic-crc/labels"});
  const positives = Math.round(MSI_SHARE * patients);
  const silent = Math.round(SILENT_SHARE * positives);
  const mimics = Math.round(MIMIC_SHARE * (patients - positives));
  return Array.from(permutation(random, patients), (rank) => ({
    isMsi: rank < positives,
    showsSignal: rank >= silent && rank < positives + mimics,
  }));
}

function* patientsOf(seed: number, hospital: SyntheticCrcHospital): Generator<SyntheticPatient> {
  const {name, lookShares} = hospital;
  const scanner = createScanner(seed, name);
  for (const [index, {isMsi, showsSignal}] of drawStatuses(seed, hospital).entries()) {
    const number = index + 1;
    const random = createRandom({seed, site: name, round: number, purpose: "synthetic-crc/patient"});
    const look = showsSignal ? pick(random, lookShares) : null;
    const plan = {random, scanner, traits: drawTraits(random), hospital, look};
    const key = `synthetic-${name}-${String(number).padStart(4, "0")}`;
    const slides = drawSizes(seed, name, number).map((tiles, slide) =>
      drawSlide(plan, `${key}-${slide + 1}.h5`, tiles),
    );
    yield {key, isMsi, slides};
  }
}

/**
 * Generates invented cohorts of colorectal cancer with the MSI status of each patient and, in place of
 * slides, bags with 512 features per tile that look like those of a ResNet. In nine of ten MSI patients a
 * tenth to a fifth of the tiles carry the signal, in one of three looks. They also do in one of twenty
 * others: no model can be perfect. Up to a tenth of everyone's tiles only look like it. The law is the same
 * at all hospitals, but each sees other looks and look-alikes most, and its scanner changes every feature by
 * an affine map of its own. The number of tiles is independent of the label. No real patient has part in it.
 * @param seed whole number; equal seeds give equal cohorts
 * @returns the hospitals that train and, last, the one that only evaluates
 */
export function generateSyntheticCrc(seed: number): readonly SyntheticCohort[] {
  return SYNTHETIC_CRC_HOSPITALS.map((hospital) => ({
    hospital: hospital.name,
    patients: {[Symbol.iterator]: () => patientsOf(seed, hospital)},
  }));
}
