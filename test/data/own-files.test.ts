import {describe, expect, it} from "vitest";
import {contractHash, readSite, splitSite} from "../../src/data/index.ts";
import {taskWith} from "./workspace.ts";

const SIZES = {alpha: 40, beta: 24, gamma: 12};
const changes = {
  sites: "{alpha: {file: alpha.csv}, beta: {file: sub/beta.csv}, gamma: {file: gamma.csv}}",
};

/** A site's export with its columns in an order of its own and one that the task does not use. */
function csvOf(patients: number, delimiter: string): string {
  const rows = Array.from({length: patients}, (_, index) =>
    [index % 2, `note ${index}`, 30 + index, `p${index}`, index % 3 === 0 ? "f" : "m", 1 + (index % 3)].join(
      delimiter,
    ),
  );
  return [["stroke", "note", "age", "id", "sex", "grade"].join(delimiter), ...rows].join("\r\n");
}

describe("a user's own files", () => {
  it("of three sites are read, compared and split from one task file", async () => {
    const located = await taskWith(
      {
        "alpha.csv": csvOf(SIZES.alpha, ","),
        "sub/beta.csv": csvOf(SIZES.beta, ","),
        "gamma.csv": csvOf(SIZES.gamma, ","),
      },
      changes,
    );
    const keys: string[] = [];
    for (const [site, size] of Object.entries(SIZES)) {
      const table = await readSite({...located, site});
      const {counts, oneClassParts} = splitSite(table, located.task, 7);
      expect(counts.train.rows + counts.validation.rows + counts.test.rows, site).toBe(size);
      expect(counts.test.positivePatients, site).toBe(Math.round(size / 8));
      expect(oneClassParts, site).toEqual([]);
      keys.push(...table.patients);
    }
    expect(new Set(keys).size, "equal keys at two sites are two patients").toBe(keys.length);
  });

  it("with another delimiter and marker at one site have the same contract and the same table", async () => {
    const first = await taskWith({"alpha.csv": csvOf(SIZES.alpha, ",")});
    const own = await taskWith(
      {"alpha.csv": csvOf(SIZES.alpha, ";")},
      {csv: '{delimiter: ";"}', missing: "{markers: [NA], policy: drop-row}"},
    );
    expect(contractHash(own.task)).toBe(contractHash(first.task));
    expect(await readSite({...own, site: "alpha"})).toEqual(await readSite({...first, site: "alpha"}));
  });
});
