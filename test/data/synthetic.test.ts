import {readFile} from "node:fs/promises";
import {describe, expect, it} from "vitest";
import {
  generateSyntheticHeart,
  joinMatrices,
  type Matrix,
  meanOf,
  type PatientMatrix,
  readSite,
  readTask,
  splitSite,
  squaredDeviationOf,
  standardise,
  standardiserOf,
} from "../../src/data/index.ts";

const CONFIG = new URL("../../config/", import.meta.url);

async function sites(): Promise<{names: string[]; tests: PatientMatrix[]; trains: PatientMatrix[]}> {
  const located = await readTask("config/presets/synthetic-heart.task.yaml");
  const names = Object.keys(located.task.sites);
  const tables = await Promise.all(names.map((site) => readSite({...located, site, variables: {}})));
  const splits = tables.map((table) => splitSite(table, located.task, 42));
  const pooled = joinMatrices(splits.map((split) => split.train));
  const mean = meanOf(pooled);
  const moments = {mean, meanSquaredDeviation: squaredDeviationOf(pooled, mean), count: pooled.n};
  const standardiser = standardiserOf(moments);
  return {
    names,
    trains: splits.map(({train}) => standardise(train, standardiser)),
    tests: splits.map(({test}) => standardise(test, standardiser)),
  };
}

function scores(weights: Float64Array, {n, d, values}: Matrix): Float64Array {
  return Float64Array.from({length: n}, (_, row) =>
    values
      .subarray(row * d, (row + 1) * d)
      .reduce((sum, value, feature) => sum + value * (weights[feature] ?? 0), weights[d] ?? 0),
  );
}

/** Logistic regression by 500 steps of plain gradient descent, with next to no penalty. */
function fit(matrix: Matrix): Float64Array {
  const {n, d, values, labels} = matrix;
  const weights = new Float64Array(d + 1);
  for (let step = 0; step < 500; step++) {
    const gradient = weights.map((weight) => 1e-3 * weight);
    scores(weights, matrix).forEach((score, row) => {
      const error = (1 / (1 + Math.exp(-score)) - (labels[row] ?? 0)) / n;
      for (let feature = 0; feature < d; feature++) {
        gradient[feature] = (gradient[feature] ?? 0) + error * (values[row * d + feature] ?? 0);
      }
      gradient[d] = (gradient[d] ?? 0) + error;
    });
    gradient.forEach((slope, index) => {
      weights[index] = (weights[index] ?? 0) - slope;
    });
  }
  return weights;
}

/** Share of pairs of an ill and a healthy patient that are in order. */
function auroc(weights: Float64Array, matrix: Matrix): number {
  const all = scores(weights, matrix);
  const ill = all.filter((_, row) => matrix.labels[row] === 1);
  const healthy = all.filter((_, row) => matrix.labels[row] === 0);
  const wins = ill.reduce((sum, score) => sum + healthy.filter((other) => other < score).length, 0);
  return wins / (ill.length * healthy.length);
}

describe("the bundled table", () => {
  it("is generated: the committed files are those of seed 1, byte for byte", async () => {
    const generated = generateSyntheticHeart(1);
    expect([...generated.keys()]).toEqual(["north", "south", "east", "west"]);
    for (const [name, text] of generated) {
      const file = await readFile(new URL(`synthetic-heart/${name}.csv`, CONFIG), "utf8");
      expect(file === text, name).toBe(true);
    }
  });

  it("says that it is synthetic in the title, the source and every patient key", async () => {
    const {task} = await readTask("config/presets/synthetic-heart.task.yaml");
    expect(task).toMatchObject({synthetic: true, title: expect.stringMatching(/^Synthetic/)});
    expect(task.source).toMatch(/^Synthetic/);
    for (const [name, text] of generateSyntheticHeart(1)) {
      for (const line of text.trimEnd().split("\n").slice(1)) expect(line).toMatch(`synthetic-${name}-`);
    }
  });

  it("makes the small hospitals learn more from all than from themselves", async () => {
    const {names, trains, tests} = await sites();
    expect(trains.map(({n}) => n)).toEqual([158, 119, 44, 80]);
    const everyone = joinMatrices(tests);
    const pooled = auroc(fit(joinMatrices(trains)), everyone);
    expect(pooled).toBeGreaterThan(0.78);
    for (const [index, margin] of [
      [2, 0.05],
      [3, 0.03],
    ] as const) {
      const local = trains[index];
      expect(local === undefined ? 1 : auroc(fit(local), everyone), names[index]).toBeLessThan(
        pooled - margin,
      );
    }
  });
});
