import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {expect, it} from "vitest";
import {
  featuresOf,
  joinMatrices,
  meanOf,
  readSite,
  readTask,
  type SiteTable,
  splitSite,
  squaredDeviationOf,
  standardiserOf,
} from "../../src/data/index.ts";
import {describeShared, sharedData} from "../setup/shared-data.ts";

const SITES = ["cleveland", "hungarian", "switzerland", "va"];

async function preset() {
  const located = await readTask("config/presets/fed-heart-disease.task.yaml");
  const variables = {CONSILIUM_SHARED_DATA: sharedData()};
  const tables = await Promise.all(SITES.map((site) => readSite({...located, site, variables})));
  return {...located, tables, splits: tables.map((table) => splitSite(table, located.task, 42))};
}

/** FLamby's train rows by a second reading that shares no code with the room: plain text, plain loops. */
async function plainTrainRows(): Promise<number[][]> {
  const folder = join(sharedData() ?? "", "fed-heart-disease");
  const split = (await readFile(join(folder, "flamby-split.csv"), "utf8")).trim().split(/\r?\n/).slice(1);
  const files = new Map<string, string[]>();
  for (const site of SITES) {
    files.set(site, (await readFile(join(folder, `processed.${site}.data`), "utf8")).trim().split(/\r?\n/));
  }
  return split
    .map((line) => line.split(","))
    .filter((fields) => fields[4] === "train")
    .map(([site = "", , row]) => {
      const cells = (files.get(site)?.[Number(row)] ?? "").split(",").map(Number);
      const at = (position: number): number => cells[position] ?? Number.NaN;
      return [
        ...[0, 1, 3, 4, 5, 7, 8, 9].map(at),
        ...[2, 3, 4].map((pain) => Number(at(2) === pain)),
        ...[1, 2].map((ecg) => Number(at(6) === ecg)),
      ];
    });
}

function column(table: SiteTable, name: string): number[] {
  const position = table.featureNames.indexOf(name);
  return table.patients.map(
    (_, row) => table.values[row * table.featureNames.length + position] ?? Number.NaN,
  );
}

describeShared("the preset fed-heart-disease", () => {
  it("has FLamby's 13 features in FLamby's order", async () => {
    const {task} = await preset();
    expect(featuresOf(task).map(({name}) => name)).toEqual(
      "age sex trestbps chol fbs thalach exang oldpeak cp_2 cp_3 cp_4 restecg_1 restecg_2".split(" "),
    );
  });

  it("keeps FLamby's rows and places them in FLamby's parts, with the published counts", async () => {
    const {tables, splits} = await preset();
    expect(tables.map((table) => [table.labels.length, table.droppedRows])).toEqual([
      [303, 0],
      [261, 33],
      [46, 77],
      [130, 70],
    ]);
    const counts = splits.map(({counts: {train, validation, test}}) => [
      train.patients + validation.patients,
      test.patients,
      train.positivePatients + validation.positivePatients,
      test.positivePatients,
    ]);
    expect(counts).toEqual([
      [199, 104, 91, 48],
      [172, 89, 65, 33],
      [30, 16, 30, 15],
      [85, 45, 66, 35],
    ]);
    expect(splits.map(({counts: {validation}}) => validation.patients)).toEqual([0, 0, 0, 0]);
  });

  it("says where ranking metrics are undefined: nobody of Zurich/Basel's train part is healthy", async () => {
    const {splits} = await preset();
    expect(splits.map(({oneClassParts}) => oneClassParts)).toEqual([
      ["validation"],
      ["validation"],
      ["train", "validation"],
      ["validation"],
    ]);
  });

  it("keeps the hidden missing values: cholesterol is 0 throughout Zurich/Basel and in part at Long Beach", async () => {
    const {tables} = await preset();
    const zeros = tables.map((table) => column(table, "chol").filter((value) => value === 0).length);
    expect(zeros.slice(0, 3)).toEqual([0, 0, 46]);
    expect(zeros[3]).toBeGreaterThan(0);
  });

  it("has the pooled train mean and sample deviation of an independent reading", async () => {
    const {splits} = await preset();
    const pooled = joinMatrices(splits.flatMap(({train, validation}) => [train, validation]));
    const mean = meanOf(pooled);
    const moments = {mean, meanSquaredDeviation: squaredDeviationOf(pooled, mean), count: pooled.n};
    const standardiser = standardiserOf(moments);
    const rows = await plainTrainRows();
    expect(rows.length).toBe(486);
    for (let feature = 0; feature < 13; feature++) {
      const values = rows.map((row) => row[feature] ?? Number.NaN);
      const plainMean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const plainSquares = values.reduce((sum, value) => sum + (value - plainMean) ** 2, 0);
      const plainScale = Math.sqrt(plainSquares / (values.length - 1)) + 1e-9;
      expect(Math.abs((mean[feature] ?? 0) / plainMean - 1), `mean ${feature}`).toBeLessThan(1e-6);
      expect(Math.abs((standardiser.scale[feature] ?? 0) / plainScale - 1), `sd ${feature}`).toBeLessThan(
        1e-6,
      );
    }
  });
});

it("the preset fed-heart-disease says what to set where its data is absent", async () => {
  const located = await readTask("config/presets/fed-heart-disease.task.yaml");
  await expect(readSite({...located, site: "va", variables: {}})).rejects.toMatchObject({
    code: "DATA_VARIABLE_UNSET",
    hint: expect.stringContaining("CONSILIUM_SHARED_DATA"),
  });
});
