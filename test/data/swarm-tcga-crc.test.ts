import {expect, it} from "vitest";
import {readSite, readTask, type SiteTable} from "../../src/data/index.ts";
import {describeShared, sharedData} from "../setup/shared-data.ts";

const SITES = ["A6", "D5", "G4"] as const;

/** As the data's own README has them: patients, positive ones, tiles of each class. */
const PUBLISHED = {A6: [28, 4, 600, 600], D5: [29, 5, 750, 750], G4: [19, 4, 600, 600]};

async function tablesOf(preset: string): Promise<SiteTable[]> {
  const located = await readTask(`config/presets/${preset}.task.yaml`);
  const variables = {CONSILIUM_SHARED_DATA: sharedData()};
  return Promise.all(SITES.map((site) => readSite({...located, site, variables})));
}

/** Row numbers of the table by patient. */
function rowsOf({patients}: SiteTable): Map<string, number[]> {
  const rows = new Map<string, number[]>();
  patients.forEach((patient, row) => rows.set(patient, [...(rows.get(patient) ?? []), row]));
  return rows;
}

/** Half the distance of the two binary16 numbers around `value`: 11 significant bits, subnormal below 2^-14. */
function halfStep(value: number): number {
  return 2 ** (Math.max(-14, Math.floor(Math.log2(Math.abs(value)))) - 11);
}

describeShared("swarm-tcga-crc", () => {
  it("has the published patients, labels and tiles at each site, in both layouts", async () => {
    for (const preset of ["swarm-tcga-crc", "swarm-tcga-crc-stamp"]) {
      for (const {site, slides, labels, droppedRows} of await tablesOf(preset)) {
        const bags = slides?.bags ?? [];
        const tiles = (label: 0 | 1): number => labels.filter((found) => found === label).length;
        const counts = [bags.length, bags.filter(({label}) => label === 1).length, tiles(1), tiles(0)];
        expect(counts, `${preset} ${site}`).toEqual(PUBLISHED[SITES.find((name) => name === site) ?? "A6"]);
        expect(droppedRows, `${preset} ${site}`).toBe(0);
      }
    }
  });

  it("is the same in STAMP's layout, but for the rounding to binary16", async () => {
    const arrays = await tablesOf("swarm-tcga-crc");
    const stamps = await tablesOf("swarm-tcga-crc-stamp");
    for (const [index, array] of arrays.entries()) {
      const stamp = stamps[index] ?? array;
      const width = array.featureNames.length;
      const stampRows = rowsOf(stamp);
      expect(stamp, "another table").not.toBe(array);
      expect([...stampRows.keys()].sort()).toEqual([...rowsOf(array).keys()].sort());
      let rounded = 0;
      for (const [patient, rows] of rowsOf(array)) {
        const others = stampRows.get(patient) ?? [];
        expect(others.length, array.site).toBe(rows.length);
        const wrong = rows.filter((row, tile) => {
          const other = others[tile] ?? 0;
          const values = stamp.values.subarray(other * width, (other + 1) * width);
          return values.some((value, feature) => {
            const exact = array.values[row * width + feature] ?? Number.NaN;
            rounded += value === exact ? 0 : 1;
            return !(Math.abs(value - exact) <= halfStep(exact));
          });
        });
        expect(wrong, array.site).toEqual([]);
        expect(stamp.labels[others[0] ?? -1]).toBe(array.labels[rows[0] ?? -1]);
      }
      expect(rounded, "binary16 was read").toBeGreaterThan(array.values.length / 2);
    }
  });
});
