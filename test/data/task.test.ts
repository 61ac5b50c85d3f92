import {join, resolve} from "node:path";
import {describe, expect, it} from "vitest";
import {errorLine} from "../../src/core/index.ts";
import {contractHash, featuresOf, parseTask, readTask, taskJsonSchema} from "../../src/data/index.ts";
import {taskRoot} from "../../src/data/task/task.ts";
import {taskText, thrownBy} from "./workspace.ts";

function parse(changes: Readonly<Record<string, string>> = {}) {
  return parseTask(taskText(changes), "stroke.task.yaml");
}

function keysSplit(sites: string): string {
  return `{type: keys, file: who.csv, patient: id, column: place, sites: ${sites}, validation: 0}`;
}

describe("a task file", () => {
  it("names its features in the order of the columns, one-hot ones by category", () => {
    expect(featuresOf(parse()).map(({name}) => name)).toEqual(["age", "sex", "grade_2", "grade_3"]);
    const full = parse({columns: '\n  - {name: g, type: category, categories: ["1.0", b], encode: one-hot}'});
    expect(featuresOf(full)).toEqual([
      {name: "g_1", low: 0, high: 1},
      {name: "g_b", low: 0, high: 1},
    ]);
  });

  it("is refused for an unknown key with its line, its column and what was probably meant", async () => {
    const error = await thrownBy(() => parse({pateint: "id"}));
    expect(errorLine(error)).toBe(
      'DATA_TASK_INVALID: stroke.task.yaml:16:1: unknown key "pateint". Did you mean "patient"?',
    );
  });

  const contradictions: [string, Record<string, string>, RegExp][] = [
    [
      "a range is empty",
      {columns: "[{name: a, type: number, unit: u, range: [3, 3]}]"},
      /:10:\d+: columns\[0\]\.range/,
    ],
    ["a range is open", {columns: "[{name: a, type: number, unit: u}]"}, /range: is missing/],
    [
      "both binary codes are equal",
      {columns: '[{name: a, type: binary, positive: 1, negative: "1.0"}]'},
      /negative/,
    ],
    [
      "a category is listed twice",
      {columns: '[{name: a, type: category, categories: [1, 2, "2.0"], encode: one-hot}]'},
      /columns\[0\]\.categories\[2\]: is listed twice/,
    ],
    [
      "two features have one name",
      {
        columns:
          "[{name: a, type: category, categories: [1, 2], encode: one-hot}," +
          "{name: a_1, type: binary, positive: 1, negative: 0}]",
      },
      /two features are named "a_1"/,
    ],
    [
      "the label is a feature",
      {label: "{column: age, positive: [1], negative: [0]}"},
      /columns\[0\]\.name: the label/,
    ],
    ["the patient key is a feature", {patient: "sex"}, /columns\[1\]\.name: the patient key/],
    ["the label is the patient key", {patient: "stroke"}, /patient: the label/],
    [
      "a label is both",
      {label: "{column: stroke, positive: [1, 2], negative: [0, 2]}"},
      /negative\[1\]: is among/,
    ],
    [
      "nothing is left to train on",
      {split: "{type: hash, test: 0.5, validation: 0.5}"},
      /leave nothing to train/,
    ],
    ["there is no header and no list", {csv: "{header: false}"}, /need fileColumns/],
    ["there is a header and a list", {fileColumns: "[age]"}, /only for files without a header/],
    [
      "a column is not in the list",
      {csv: "{header: false}", fileColumns: "[id, ages, sex, grade, stroke]"},
      /columns\[0\]\.name: "age" is not in fileColumns \(did you mean "ages"\?\)/,
    ],
    ["no site is listed", {sites: "{}"}, /lists no site/],
    [
      "the time of survival is a feature",
      {label: "{column: stroke, positive: [1], negative: [0], time: {column: age, unit: days}}"},
      /columns\[0\]\.name: the time of survival/,
    ],
    [
      "the time of survival is the label",
      {label: "{column: stroke, positive: [1], negative: [0], time: {column: stroke, unit: days}}"},
      /label\.time\.column: is the label or the patient key/,
    ],
    [
      "a split by keys has no key",
      {patient: "null", split: keysSplit("{alpha: {train: a, test: b}}")},
      /patient: a split by keys needs/,
    ],
    ["a split by keys misses a site", {split: keysSplit("{}")}, /split\.sites: does not list the site alpha/],
    [
      "train and test are one in a split by keys",
      {split: keysSplit("{alpha: {train: 1, test: '1.0'}}")},
      /split\.sites\.alpha\.test: is the same as train/,
    ],
  ];
  it.each(contradictions)("is refused when %s", async (_, changes, expected) => {
    const error = await thrownBy(() => parse(changes));
    expect(error).toMatchObject({code: "DATA_TASK_INVALID", message: expect.stringMatching(expected)});
  });

  it("that cannot be read is named", async () => {
    const error = await thrownBy(() => readTask("no/such.task.yaml"));
    expect(errorLine(error)).toMatch(
      /^DATA_TASK_UNREADABLE: no\/such\.task\.yaml: cannot read the task file \(ENOENT\)\. Check/,
    );
  });

  it("has a JSON Schema that closes every map", () => {
    const [tabular, slides] = taskJsonSchema().oneOf ?? [];
    for (const schema of [tabular, slides]) {
      expect(schema).toMatchObject({type: "object", additionalProperties: false});
      expect(schema).toMatchObject({properties: {missing: {additionalProperties: false}}});
      expect(schema, "the kind is asked for").toMatchObject({required: expect.arrayContaining(["kind"])});
    }
    expect(tabular).not.toMatchObject({required: expect.arrayContaining(["csv"])});
    expect(slides).toMatchObject({properties: {features: {additionalProperties: false}}});
  });
});

const SLIDES: Readonly<Record<string, string>> = {
  formatVersion: "1",
  kind: "slides",
  name: "msi",
  title: "MSI",
  synthetic: "true",
  source: "made up",
  sites: "{leeds: {clini: c.csv, slides: s.csv, features: f}, york: {tiles: t.csv, features: y.npy}}",
  columns: "{patient: PATIENT, file: FILENAME}",
  label: "{column: isMSIH, positive: [MSIH], negative: [nonMSIH, MSS]}",
  missing: "{markers: [NA], policy: drop-row}",
  features:
    "{extractor: uni, dimension: 3, tileSizeUm: 256, tileSizePx: null, range: [-1, 2], tilesPerPatient: 8}",
  split: "{type: hash, test: 0.2, validation: 0.2}",
};

function parseSlides(changes: Readonly<Record<string, string>> = {}) {
  const lines = Object.entries({...SLIDES, ...changes}).map(([key, value]) => `${key}: ${value}\n`);
  return parseTask(lines.join(""), "msi.task.yaml");
}

const featuresWith = (from: string, to: string) => ({features: SLIDES["features"]?.replace(from, to) ?? ""});

describe("a task of slides", () => {
  it("knows the layout of each site by its files, and names features by number", () => {
    const task = parseSlides();
    expect(task.sites).toMatchObject({leeds: {layout: "stamp"}, york: {layout: "array"}});
    expect(featuresOf(task)).toEqual(["f0", "f1", "f2"].map((name) => ({name, low: -1, high: 2})));
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ["its kind is unknown", {kind: "slide"}, /:2:7: kind: .*Did you mean "slides"/],
    ["a site mixes the layouts", {sites: "{l: {clini: c, tiles: t, features: f}}"}, /sites\.l: needs clini/],
    ["a site lacks a table", {sites: "{l: {clini: c, features: f}}"}, /sites\.l: needs clini/],
    [
      "a key of a site is misspelt",
      {sites: "{l: {clinni: c, slides: s, features: f}}"},
      /unknown key "clinni".*Did you mean "clini"/,
    ],
    ["no column lists the slides", {columns: "{patient: PATIENT}"}, /needs columns\.file/],
    ["the label is the patient key", {columns: "{patient: isMSIH, file: F}"}, /columns\.patient: the label/],
    ["the file is the label", {columns: "{patient: P, file: isMSIH}"}, /columns\.file: is the/],
    ["the range is empty", featuresWith("[-1, 2]", "[2, 2]"), /features\.range: the least/],
    ["a tile has no feature", featuresWith("dimension: 3", "dimension: 0"), /features\.dimension/],
    ["a tile size is left out", featuresWith("tileSizePx: null, ", ""), /tileSizePx: is missing/],
    ["a split file is given", {split: "{type: file, file: x, validation: 0}"}, /split/],
    ["a label is both", {label: "{column: l, positive: [1], negative: [1]}"}, /negative\[0\]: is among/],
  ])("is refused when %s", async (_, changes, expected) => {
    const line = errorLine(await thrownBy(() => parseSlides(changes)));
    expect(line).toMatch(/^DATA_TASK_INVALID: msi\.task\.yaml:\d+:\d+: /);
    expect(line).toMatch(expected);
  });

  it.each<Record<string, string>>([
    {title: "Other"},
    {root: "elsewhere"},
    {sites: "{leeds: {tiles: t, features: f}}"},
    {columns: "{patient: ID, file: SLIDE}"},
    {missing: "{markers: [unknown], policy: drop-row}"},
    {split: "{type: hash, test: 0.5, validation: 0}"},
  ])("has the same contract at a site that differs by %o", (changes) => {
    expect(contractHash(parseSlides(changes))).toBe(contractHash(parseSlides()));
  });

  it.each<Record<string, string>>([
    {name: "msi-2"},
    {synthetic: "false"},
    {label: "{column: MSI, positive: [MSIH], negative: [nonMSIH, MSS]}"},
    {label: "{column: isMSIH, positive: [nonMSIH, MSS], negative: [MSIH]}"},
    {label: "{column: isMSIH, positive: [MSIH], negative: [MSS, nonMSIH]}"},
    {missing: "{markers: [NA], policy: refuse}"},
    featuresWith("uni", "uni2"),
    featuresWith("dimension: 3", "dimension: 4"),
    featuresWith("256", "null"),
    featuresWith("tileSizePx: null", "tileSizePx: 224"),
    featuresWith("[-1, 2]", "[-1, 3]"),
    featuresWith("tilesPerPatient: 8", "tilesPerPatient: 9"),
  ])("has another contract with %o", (changes) => {
    expect(contractHash(parseSlides(changes))).not.toBe(contractHash(parseSlides()));
  });
});

describe("the folder of a task's files", () => {
  const root = (text: string, variables: Record<string, string> = {}) =>
    taskRoot({task: parse({root: text}), folder: resolve("/tasks")}, variables);

  it("is relative to the task file", () => {
    expect(root("../files")).toBe(resolve("/files"));
    expect(taskRoot({task: parse(), folder: resolve("/tasks")}, {})).toBe(resolve("/tasks"));
  });

  it("may begin with the shared data's variable", () => {
    const variables = {CONSILIUM_SHARED_DATA: resolve("/shared")};
    expect(root('"${CONSILIUM_SHARED_DATA}/heart"', variables)).toBe(join(resolve("/shared"), "heart"));
    expect(root('"${CONSILIUM_SHARED_DATA}"', variables)).toBe(resolve("/shared"));
  });

  it.each([
    '"${HOME}/heart"',
    '"x/${CONSILIUM_SHARED_DATA}"',
    '"${CONSILIUM_SHARED_DATA}/${HOME}"',
    '"${CONSILIUM_SHARED_DATA}x"',
    '"${CONSILIUM_SHARED_DATA}/y"',
  ])("takes no other variable, and none without a value: %s", async (text) => {
    const variables = text.endsWith('/y"') ? {} : {HOME: "/h", CONSILIUM_SHARED_DATA: "/s"};
    expect(await thrownBy(() => root(text, variables as Record<string, string>))).toMatchObject({
      code: "DATA_VARIABLE_UNSET",
    });
  });
});

describe("the contract hash", () => {
  const original = contractHash(parse());

  it.each<Record<string, string>>([
    {title: "Another title"},
    {source: "another source"},
    {root: "elsewhere"},
    {sites: "{beta: {file: b.csv}, gamma: {file: c.csv}}"},
    {csv: '{delimiter: ";"}'},
    {patient: "null"},
    {missing: "{markers: [NA], policy: drop-row}"},
    {split: "{type: hash, test: 0.5, validation: 0}"},
    {label: '{column: stroke, positive: ["1.0"], negative: [0]}'},
  ])("is the same at a site that differs by %o", (changes) => {
    expect(contractHash(parse(changes))).toBe(original);
  });

  const column = (text: string) => ({
    columns: `
  - ${text}
  - {name: sex, type: binary, positive: f, negative: m}
  - {name: grade, type: category, categories: [1, 2, 3], encode: one-hot-drop-first}`,
  });
  it.each<Record<string, string>>([
    {name: "stroke-2"},
    {synthetic: "false"},
    {label: "{column: stroke, positive: [0], negative: [1]}"},
    {missing: '{markers: ["?", ""], policy: refuse}'},
    column("{name: age, type: number, unit: months, range: [0, 120]}"),
    column("{name: age, type: number, unit: years, range: [0, 121]}"),
    column("{name: ages, type: number, unit: years, range: [0, 120]}"),
    {
      columns: `
  - {name: sex, type: binary, positive: f, negative: m}
  - {name: age, type: number, unit: years, range: [0, 120]}
  - {name: grade, type: category, categories: [1, 2, 3], encode: one-hot-drop-first}`,
    },
    {
      columns: `
  - {name: age, type: number, unit: years, range: [0, 120]}
  - {name: sex, type: binary, positive: f, negative: m}
  - {name: grade, type: category, categories: [1, 3, 2], encode: one-hot-drop-first}`,
    },
  ])("differs where the tables do: %o", (changes) => {
    expect(contractHash(parse(changes))).not.toBe(original);
  });
});
