import {expect, it} from "vitest";
import {z} from "zod";
import {experimentSchema, loadExperiment} from "../../../src/config/index.ts";
import {reportHtml} from "../../../src/report/report-html.ts";
import {SETTINGS} from "../../../src/report/settings.ts";
import {tinyExperiment} from "../study/tiny-experiment.ts";
import {studyFixture} from "./study-fixture.ts";

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
}

/** Paths of a schema's keys, none below those in `whole`. */
function pathsOf(schema: Schema, whole: ReadonlySet<string>, path = ""): readonly string[] {
  if (whole.has(path)) return [path];
  const inner = [schema, ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])];
  const below = inner.flatMap(({properties = {}}) =>
    Object.entries(properties).flatMap(([key, value]) =>
      pathsOf(value, whole, path === "" ? key : `${path}.${key}`),
    ),
  );
  return below.length === 0 ? [path] : below;
}

const TOLD = new Set(Object.values(SETTINGS).flatMap((lines) => lines.map(([, path]) => path)));

it("every key of the schema has its place in the report, and no line is of a key that there is not", () => {
  const schema: Schema = JSON.parse(JSON.stringify(z.toJSONSchema(experimentSchema, {io: "input"})));
  const paths = new Set(pathsOf(schema, TOLD));
  // The version of the file, its name and title are elsewhere in the page; a sweep is told beside what it changes.
  for (const path of ["formatVersion", "name", "title", "sweep"]) paths.delete(path);
  expect([...paths].sort()).toEqual([...TOLD].sort());
});

const rowOf = (page: string, name: string): string | undefined =>
  new RegExp(`<th scope="row">${name}</th><td class="text">(.*?)</td>`).exec(page)?.[1];

it("an experiment is told whole: learning rate, batch, steps, codec, clip, rules, attack, partition", async () => {
  const {experiment} = await loadExperiment("byzantine");
  const page = reportHtml({...studyFixture(), experiment});
  expect(rowOf(page, "Optimiser")).toContain("learningRate 0.03, momentum 0.9");
  expect(rowOf(page, "Batch size")).toBe("16");
  expect(rowOf(page, "Local steps, or passes, a round")).toBe("5");
  expect(rowOf(page, "Codec")).toBe("f32");
  expect(rowOf(page, "Clip and privacy")).toContain("clip 100");
  expect(rowOf(page, "Partition")).toContain("dirichlet, nodes 16, minimum 10, alpha 0.1");
  expect(rowOf(page, "Model")).toBe("mlp, hidden 64, activation relu");
  expect(rowOf(page, "Attacks")).toContain("sites 3");
  expect(rowOf(page, "Robust rule")).toContain("faulty 3");
});

it("what is swept is said beside the setting that it changes, by its labels", () => {
  const ring = {label: "a ring", value: {name: "ring", steps: 3}};
  const sweep = {"plan.mixing.schedule": ["all", ring], "plan.training.optimizer.learningRate": [0.1, 0.3]};
  const page = reportHtml({...studyFixture(), experiment: tinyExperiment({sweep})});
  expect(rowOf(page, "Schedule: who exchanges with whom")).toBe("swept: all; a ring (ring, steps 3)");
  expect(rowOf(page, "Optimiser")).toContain("learningRate swept: 0.1; 0.3");
});
