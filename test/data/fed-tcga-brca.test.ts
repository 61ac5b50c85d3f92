import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {expect, it} from "vitest";
import {featuresOf, joinMatrices, readSite, readTask, splitSite} from "../../src/data/index.ts";
import {describeShared, sharedData} from "../setup/shared-data.ts";

const TASK = "config/experiments/fed-tcga-brca/task.yaml";
const SITES = ["northeast", "south", "west", "midwest", "europe", "canada"];

async function splits() {
  const located = await readTask(TASK);
  const variables = {CONSILIUM_SHARED_DATA: sharedData()};
  return Promise.all(
    SITES.map(async (site) => splitSite(await readSite({...located, site, variables}), located.task, 42)),
  );
}

it("the task fed-tcga-brca has FLamby's 39 features, the age first", async () => {
  const names = featuresOf((await readTask(TASK)).task).map(({name}) => name);
  expect(names).toHaveLength(39);
  expect(names[0]).toBe("age_at_index");
});

describeShared("the task fed-tcga-brca", () => {
  it("places FLamby's patients and events at FLamby's centres", async () => {
    const counts = (await splits()).map(({counts: {train, validation, test}}) => [
      train.patients,
      test.patients,
      train.positivePatients,
      test.positivePatients,
      validation.patients,
    ]);
    expect(counts).toEqual([
      [248, 63, 45, 14, 0],
      [156, 40, 35, 4, 0],
      [164, 42, 14, 8, 0],
      [129, 33, 16, 3, 0],
      [129, 33, 7, 2, 0],
      [40, 11, 2, 1, 0],
    ]);
  });

  it("carries each patient's time beside its features, as a plain reading of the files has them", async () => {
    const read = async (name: string): Promise<string[]> =>
      (await readFile(join(sharedData() ?? "", "fed-tcga-brca", name), "utf8"))
        .trim()
        .split(/\r?\n/)
        .slice(1);
    const used = new Set((await read("train_test_split.csv")).map((line) => line.split(",")[0]));
    const plain = (await read("brca.csv"))
      .map((line) => line.split(","))
      .filter(([pid]) => used.has(pid))
      .map((cells) => [cells[1], cells.at(-2), cells.at(-1)].map(Number).join(" "));
    const all = joinMatrices((await splits()).flatMap(({train, test}) => [train, test]));
    const ours = Array.from(all.labels, (event, row) =>
      [all.values[row * all.d], event, all.times?.[row]].join(" "),
    );
    expect(ours.toSorted()).toEqual(plain.toSorted());
  });
});
