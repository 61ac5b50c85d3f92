import {describe, expect, it} from "vitest";
import {isScalar, parseDocument, visit} from "yaml";
import {z} from "zod";
import {closestName, errorLine, MAX_YAML_CHARACTERS, parseYaml, schemaIssue} from "../../src/core/index.ts";
import {repeatedKey} from "../../src/core/yaml/repeated-key.ts";

const schema = z.strictObject({
  name: z.string(),
  rounds: z.int().min(1),
  batchSize: z.union([z.int(), z.literal("all")]).optional(),
  model: z
    .discriminatedUnion("architecture", [
      z.strictObject({architecture: z.literal("logistic")}),
      z.strictObject({architecture: z.literal("mlp"), hidden: z.array(z.int())}),
    ])
    .optional(),
  role: z.enum(["trainer", "relay"]).optional(),
});

function lineOf(text: string): string {
  try {
    parseYaml(schema, text, "plan.yaml", "TEST_INVALID");
  } catch (error) {
    return errorLine(error);
  }
  return "accepted";
}

const rows: readonly [string, string, string][] = [
  [
    "an unknown key",
    "name: a\nrouns: 3",
    'TEST_INVALID: plan.yaml:2:1: unknown key "rouns" (and 1 more). Did you mean "rounds"?',
  ],
  ["a missing key", "name: a", "TEST_INVALID: plan.yaml:1:1: rounds: is missing."],
  [
    "a value out of range",
    "name: a\nrounds: 0",
    "TEST_INVALID: plan.yaml:2:9: rounds: Too small: expected number to be >=1.",
  ],
  [
    "a number for a text",
    "name: 12\nrounds: 1",
    "TEST_INVALID: plan.yaml:1:7: name: expected a string, found number. Put it in quotes.",
  ],
  [
    "a misspelt choice",
    "name: a\nrounds: 1\nrole: trainr",
    'TEST_INVALID: plan.yaml:3:7: role: expected "trainer" or "relay". Did you mean "trainer"?',
  ],
  [
    "a misspelt discriminator",
    "name: a\nrounds: 1\nmodel:\n  architecture: mpl",
    'TEST_INVALID: plan.yaml:4:17: model.architecture: expected "logistic" or "mlp".',
  ],
  [
    "a wrong element of a list",
    "name: a\nrounds: 1\nmodel: {architecture: mlp, hidden: [4, x]}",
    "TEST_INVALID: plan.yaml:3:40: model.hidden[1]: expected a number, found string.",
  ],
  [
    "no branch of a union",
    "name: a\nrounds: 1\nbatchSize: none",
    'TEST_INVALID: plan.yaml:3:12: batchSize: expected a number, found string, or expected "all".',
  ],
  ["an empty file", "", "TEST_INVALID: plan.yaml:1:1: expected a map, found nothing."],
  ["a key given twice", "name: a\nname: b", "TEST_INVALID: plan.yaml:2:1: Map keys must be unique."],
  [
    "a key given twice in an inner map",
    "name: a\nrounds: 1\nmodel: {architecture: mlp, architecture: mlp}",
    "TEST_INVALID: plan.yaml:3:28: Map keys must be unique.",
  ],
  [
    "a key that is a text and a number",
    'name: a\nmodel:\n  1: x\n  "1": y',
    "TEST_INVALID: plan.yaml:4:3: Map keys must be unique.",
  ],
  [
    "two documents",
    "name: a\n---\nname: b",
    "TEST_INVALID: plan.yaml:2:1: Source contains multiple documents; please use YAML.parseAllDocuments().",
  ],
  ["an unknown tag", "name: !js a\nrounds: 1", "TEST_INVALID: plan.yaml:1:7: Unresolved tag: !js."],
];

describe("parseYaml", () => {
  it.each(rows)("tells %s by file, line, column and key", (_, text, line) => {
    expect(lineOf(text)).toBe(line);
  });

  it("returns what the schema makes of a sound document", () => {
    expect(parseYaml(schema, "name: a\nrounds: 3 # comment\n", "plan.yaml", "TEST_INVALID")).toEqual({
      name: "a",
      rounds: 3,
    });
  });

  it("looks at each key of a long map once for keys given twice", () => {
    const text = Array.from({length: 3_000}, (_, index) => `k${index}: ${index}`).join("\n");
    const document = parseDocument(text, {uniqueKeys: false});
    let looks = 0;
    visit(document, {
      Pair(_, {key}) {
        if (!isScalar(key)) throw new TypeError("a key of the test is no scalar");
        const {value} = key;
        const get = () => {
          looks += 1;
          return value;
        };
        Object.defineProperty(key, "value", {get});
      },
    });
    expect(repeatedKey(document)).toBeUndefined();
    expect(looks).toBe(3_000);
  });

  it("refuses aliases that grow without bound", () => {
    const nested = Array.from(
      {length: 30},
      (_, index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}, *a${index}]`,
    );
    expect(lineOf(["a0: &a0 [1, 1]", ...nested].join("\n"))).toMatch(
      /^TEST_INVALID: plan\.yaml:1:1: Excessive alias count/,
    );
  });

  it("says on which line a document is nested too deeply", () => {
    expect(lineOf(`name: a\nrounds:\n  ${"[".repeat(500)}`)).toMatch(
      /^TEST_INVALID: plan\.yaml:3:103: is nested too deeply/,
    );
  });

  it.each([
    ["items of a list in brackets", `[${"1,".repeat(1_000_000)}1]`],
    ["items of a list in lines", "- 1\n".repeat(500_000)],
    ["lists in one line", `${"- ".repeat(150)}1\n`.repeat(6_000)],
    ["keys", Array.from({length: 180_000}, (_, index) => `k${index}: 1`).join("\n")],
    ["comments", "#\n".repeat(1_000_000)],
  ])("refuses what would take many seconds and a gigabyte, before it is parsed: %s", (_, text) => {
    expect(text.length).toBeLessThan(MAX_YAML_CHARACTERS);
    const start = performance.now();
    expect(lineOf(text)).toBe(
      "TEST_INVALID: plan.yaml: has more than 131072 entries. Check that it is the right file.",
    );
    expect(performance.now() - start).toBeLessThan(3000);
  });
});

describe("closestName", () => {
  it("finds the near name and keeps quiet about far ones", () => {
    expect(closestName("learningrate", ["momentum", "learningRate"])).toBe("learningRate");
    expect(closestName("xyz", ["momentum", "learningRate"])).toBeUndefined();
    expect(closestName("ab", [])).toBeUndefined();
  });
});

describe("schemaIssue", () => {
  it("says of any value what parseYaml would of a document, and nothing of a sound one", () => {
    expect(schemaIssue(schema, {name: "a", rounds: 3})).toBeUndefined();
    expect(schemaIssue(schema, {name: "a", rounds: "3"})).toEqual({
      code: "invalid_type",
      expected: "number",
      message: "expected a number, found string",
      path: ["rounds"],
    });
    const outer = z.strictObject({inner: z.unknown()}).superRefine(({inner}, context) => {
      const issue = schemaIssue(schema, inner);
      if (issue !== undefined) context.addIssue({code: "custom", path: ["inner"], message: issue.message});
    });
    expect(() => parseYaml(outer, "inner: {name: a, rouns: 3}", "x.yaml", "TEST_INVALID")).toThrow(
      expect.objectContaining({
        message: 'x.yaml:1:8: inner: unknown key "rouns"',
        hint: 'Did you mean "rounds"?',
      }),
    );
  });
});
