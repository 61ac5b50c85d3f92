import {createRandom, type Random} from "../../core/index.ts";

/** Features of a tile: as many as a ResNet-18 gives after its average pool. */
export const TILE_FEATURES = 512;

/** The content of a tile beside ordinary tissue; `kind` is a look of MSI, or the look of a look-alike. */
export interface TileFinding {
  readonly type: "signal" | "look-alike";
  readonly kind: number;
}

/** Draws the tiles of one hospital's slides. */
export interface TileScanner {
  /**
   * Writes one tile's features, all finite and at least 0, over `into`, shape `[512]`.
   * @param patient the traits of the tile's patient, from {@link drawTraits}
   */
  scan(random: Random, patient: Float64Array, finding: TileFinding | null, into: Float32Array): void;
}

/*
 * A tile is a point in a space of few traits, which one fixed map spreads over the 512 features. Traits 0 ..
 * 2 are the looks of MSI. A look-alike has one of them too, and its own trait 3 .. 5, which identifies it,
 * but lacks trait 6, which all looks share. The figures were chosen together with the shares in
 * synthetic-crc.ts.
 */
const TRAITS = 16;
const LOOKS = 3;
const SHARED_TRAIT = 2 * LOOKS;
const TISSUES = 3;
const FIRST_TISSUE_TRAIT = SHARED_TRAIT + 1;

const LOOK_STRENGTH = 4;
const SHARED_STRENGTH = 4;
const LOOK_ALIKE_MARK = 4;
const TISSUE_STRENGTH = 2;
const PATIENT_SD = 0.5;
const NOISE_SD = 0.3;
const GAIN_SD = 0.15;
const OFFSET_SD = 0.15;

/** The map from traits to features for a seed: the same at all hospitals. */
interface Optics {
  /** `[512, 16]`. */
  readonly mixing: Float64Array;
  /** `[512]`. */
  readonly base: Float64Array;
}

function drawOptics(seed: number): Optics {
  const random = createRandom({seed, site: "", round: 0, purpose: "synthetic-crc/optics"});
  const normals = (count: number, sd: number): Float64Array =>
    Float64Array.from({length: count}, () => sd * random.normal());
  return {
    mixing: normals(TILE_FEATURES * TRAITS, 1 / Math.sqrt(TRAITS)),
    base: normals(TILE_FEATURES, 0.5).map((value) => value + 0.5),
  };
}

/** The traits by which all tiles of a patient differ from other patients', shape `[16]`. */
export function drawTraits(random: Random): Float64Array {
  return Float64Array.from({length: TRAITS}, () => PATIENT_SD * random.normal());
}

function tileTraits(random: Random, patient: Float64Array, finding: TileFinding | null): Float64Array {
  const traits = patient.map((value) => value + random.normal());
  const add = (trait: number, amount: number): void => {
    traits[trait] = (traits[trait] as number) + amount;
  };
  add(FIRST_TISSUE_TRAIT + random.below(TISSUES), TISSUE_STRENGTH);
  if (finding !== null) {
    add(finding.kind, LOOK_STRENGTH);
    if (finding.type === "signal") add(SHARED_TRAIT, SHARED_STRENGTH);
    else add(LOOKS + finding.kind, LOOK_ALIKE_MARK);
  }
  return traits;
}

/** A number of mean 0 and variance 1 with a triangular density: the sum of a word's two halves. */
function triangular(random: Random): number {
  const word = random.uint32();
  return (((word & 0xffff) + (word >>> 16)) / 0xffff - 1) * Math.sqrt(6);
}

/**
 * Creates the scanner and stains of one hospital: they multiply and shift every feature by fixed amounts, and
 * cut off values below 0, as the network's last rectifier does.
 * @param seed of the cohorts; tissue before it is scanned looks the same at all their hospitals
 */
export function createScanner(seed: number, hospital: string): TileScanner {
  const {mixing, base} = drawOptics(seed);
  const random = createRandom({seed, site: hospital, round: 0, purpose: "synthetic-crc/scanner"});
  const gain = Float64Array.from({length: TILE_FEATURES}, () => Math.exp(GAIN_SD * random.normal()));
  const offset = Float64Array.from({length: TILE_FEATURES}, () => OFFSET_SD * random.normal());
  return {
    scan(draws, patient, finding, into) {
      const traits = tileTraits(draws, patient, finding);
      for (let feature = 0; feature < TILE_FEATURES; feature++) {
        let value = (base[feature] as number) + NOISE_SD * triangular(draws);
        const first = feature * TRAITS;
        for (let trait = 0; trait < TRAITS; trait++) {
          value += (mixing[first + trait] as number) * (traits[trait] as number);
        }
        into[feature] = Math.max(0, (gain[feature] as number) * value + (offset[feature] as number));
      }
    },
  };
}
