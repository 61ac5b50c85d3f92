/** The differences of one invented hospital from the others; the look of MSI follows the same law at all. */
export interface SyntheticCrcHospital {
  readonly name: string;
  readonly patients: number;
  /** Frequency of each of the three looks of MSI at the hospital; they sum to 1. */
  readonly lookShares: readonly [number, number, number];
  /** Frequency of each of the three kinds of look-alike among its look-alike tiles; they sum to 1. */
  readonly lookAlikeShares: readonly [number, number, number];
}

/** The published cohorts are this many times as large. */
const SCALE = 8;

const scaled = (published: number): number => Math.round(published / SCALE);

/**
 * Share of MSI patients at every hospital. An assumption: about 15 % of colorectal cancers in western
 * populations (introduction of npj Precision Oncology 2025, doi 10.1038/s41698-025-01094-2). The cohorts' own
 * shares are not used.
 */
export const MSI_SHARE = 0.15;

/**
 * The invented hospitals: three that train and, last, one that only evaluates. Their sizes are those of the
 * cohorts with MSI status in Saldanha et al., Nature Medicine 28:1232 (2022), divided by 8: Epi700 594, DACHS
 * 2,039, TCGA 426 and, for the evaluator, YCR BCIP 805. Nothing else is taken from these cohorts.
 */
export const SYNTHETIC_CRC_HOSPITALS: readonly SyntheticCrcHospital[] = [
  {name: "harbour", patients: scaled(594), lookShares: [0.2, 0.6, 0.2], lookAlikeShares: [0.8, 0.1, 0.1]},
  {name: "valley", patients: scaled(2039), lookShares: [0.6, 0.2, 0.2], lookAlikeShares: [0.1, 0.1, 0.8]},
  {name: "prairie", patients: scaled(426), lookShares: [0.2, 0.2, 0.6], lookAlikeShares: [0.1, 0.8, 0.1]},
  {
    name: "moor",
    patients: scaled(805),
    lookShares: [1 / 3, 1 / 3, 1 / 3],
    lookAlikeShares: [1 / 3, 1 / 3, 1 / 3],
  },
];
