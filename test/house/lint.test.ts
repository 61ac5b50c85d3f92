import {afterAll, describe, expect, it} from "vitest";
import {z} from "zod";
import {plantTree} from "./planting.ts";

const times = (count: number, line: (index: number) => string): string =>
  Array.from({length: count}, (_, index) => line(index)).join("\n");
const asked = "declare const input: unknown;\nexport const found = input;\n";

/** One planted file, and the one rule that must name it. */
type Fault = readonly [file: string, rule: string, text: string];

const FAULTS: readonly Fault[] = [
  ["src/data/long-file.ts", "eslint(max-lines)", times(301, (i) => `export const v${i} = ${i};`)],
  [
    "src/data/long-function.ts",
    "eslint(max-lines-per-function)",
    `export function long(rows: number[]): void {\n${times(60, (i) => `  rows.push(${i});`)}\n}\n`,
  ],
  [
    "src/data/many-parameters.ts",
    "eslint(max-params)",
    "export const five = (a: 1, b: 1, c: 1, d: 1, e: 1): number => a + b + c + d + e;\n",
  ],
  [
    "src/data/branches.ts",
    "eslint(complexity)",
    `export function many(x: number): number {\n${times(10, (i) => `  if (x === ${i}) return ${i};`)}\n  return x;\n}\n`,
  ],
  [
    "src/data/deep.ts",
    "eslint(max-depth)",
    "export function deep(x: number): number {\n  if (x > 0) { if (x > 1) { if (x > 2) { if (x > 3) return 1; } } }\n  return 0;\n}\n",
  ],
  ["src/data/print.ts", "eslint(no-console)", 'console.log("printed");\nexport {};\n'],
  ["src/node/process.ts", "eslint(no-restricted-globals)", "export const id = process.pid;\n"],
  [
    "src/node/timer.ts",
    "eslint(no-restricted-globals)",
    "export const t = setTimeout(() => undefined, 1);\n",
  ],
  ["src/gossip/wall-clock.ts", "eslint(no-restricted-properties)", "export const now = Date.now();\n"],
  ["src/gossip/dice.ts", "eslint(no-restricted-properties)", "export const draw = Math.random();\n"],
  ["src/node/default.ts", "import(no-default-export)", "export default 1;\n"],
  ["src/node/any.ts", "typescript(no-explicit-any)", "export const loose: any = 1;\n"],
  [
    "src/node/non-null.ts",
    "typescript(no-non-null-assertion)",
    "declare const list: string[];\nexport const first = list[0]!;\n",
  ],
  [
    "src/node/floating.ts",
    "typescript(no-floating-promises)",
    "const send = async (): Promise<void> => {};\nexport function go(): void {\n  send();\n}\n",
  ],
  [
    "src/node/misused.ts",
    "typescript(no-misused-promises)",
    "const ready = async (): Promise<boolean> => true;\nexport const go = (): number => (ready() ? 1 : 0);\n",
  ],
  [
    "src/node/switch.ts",
    "typescript(switch-exhaustiveness-check)",
    'export function go(way: "up" | "down"): void {\n  switch (way) {\n    case "up":\n      return;\n  }\n}\n',
  ],
  [
    "src/node/lost-cause.ts",
    "eslint(preserve-caught-error)",
    "export function go(act: () => void): void {\n  try {\n    act();\n  } catch (error) {\n    throw new Error(`failed: ${String(error)}`);\n  }\n}\n",
  ],
  [
    "src/node/cycle-one.ts",
    "import(no-cycle)",
    'import {b} from "./cycle-two.ts";\nexport const a = (): number => b();\n',
  ],
  [
    "src/node/cycle-two.ts",
    "import(no-cycle)",
    'import {a} from "./cycle-one.ts";\nexport const b = (): number => a();\n',
  ],
  ["src/node/CamelCase.ts", "unicorn(filename-case)", asked],
  [
    "test/node/only.test.ts",
    "vitest(no-focused-tests)",
    'import {expect, it} from "vitest";\nit.only("sums", () => {\n  expect(2).toBe(2);\n});\n',
  ],
];

const ALLOWED: readonly (readonly [file: string, text: string])[] = [
  ["src/core/machine.ts", "export const now = (): number => Date.now() + Math.random() + process.pid;\n"],
  ["src/cli/machine.ts", 'console.log("printed");\nexport const t = setTimeout(() => undefined, 1);\n'],
  ["src/node/plain.ts", asked],
];

const tree = plantTree(new Map([...FAULTS.map(([file, , text]) => [file, text] as const), ...ALLOWED]), [
  ".oxlintrc.json",
]);
afterAll(() => tree.remove());

const REPORT = z.object({diagnostics: z.array(z.object({code: z.string(), filename: z.string()}))});
const {diagnostics} = REPORT.parse(
  JSON.parse(tree.run("oxlint", "--type-aware", "--format", "json", "src", "test")),
);

describe("the lint rules", () => {
  it("name exactly the planted faults, each by its own rule", () => {
    const found = new Set(
      diagnostics.map(
        ({filename, code}) => `${filename}: ${code.replace("typescript-eslint", "typescript")}`,
      ),
    );
    const expected = FAULTS.map(([file, rule]) => `${file}: ${rule}`);
    expect([...found].sort()).toEqual(expected.sort());
  });
});
