import {spawnSync} from "node:child_process";
import {existsSync, readdirSync} from "node:fs";
import path from "node:path";
import {describe, expect, it} from "vitest";
import {MUTATED_ROOMS} from "../../scripts/mutation/rooms.ts";
import {tallyLine, tallyOf} from "../../scripts/mutation/tally.ts";
import {ROOT} from "./planting.ts";

const SOURCE = "export const a = (b: number) =>\n  b > 1 ? f(\n    b) : 0;\n";

type Mutant = Parameters<typeof tallyOf>[0]["files"][string]["mutants"][number];

function mutant(
  status: Mutant["status"],
  places: readonly [number, number, number, number],
  replacement = "",
) {
  const [line, column, lastLine, lastColumn] = places;
  const location = {start: {line, column}, end: {line: lastLine, column: lastColumn}};
  return {mutatorName: "any", replacement, status, location};
}

const REPORT = {
  files: {
    "src/b.ts": {
      source: SOURCE,
      mutants: [
        mutant("NoCoverage", [2, 11, 3, 7], "undefined"),
        mutant("Survived", [2, 3, 2, 8], "b >= 1"),
        mutant("Killed", [2, 3, 2, 8], "true"),
        mutant("Timeout", [2, 3, 2, 8], "false"),
        mutant("RuntimeError", [1, 1, 1, 2]),
        mutant("Ignored", [1, 1, 1, 2]),
      ],
    },
    "src/a.ts": {source: SOURCE, mutants: [mutant("Killed", [2, 3, 2, 8], "true")]},
  },
};
const COMPARISON = {at: "src/b.ts:2:3", is: "b > 1", becomes: "b >= 1", isUntested: false, why: null};
const CALL = {at: "src/b.ts:2:11", is: "f( b)", becomes: "undefined", isUntested: true, why: null};

describe("the tally of mutants", () => {
  it("counts those that never end as found, and those that cannot be loaded as none", () => {
    const tally = tallyOf(REPORT, undefined);
    expect(tally).toEqual({
      files: ["src/a.ts", "src/b.ts"],
      mutants: 7,
      killed: 2,
      timeouts: 1,
      survived: 1,
      untested: 1,
      errors: 1,
      score: 60,
      survivors: [COMPARISON, CALL],
    });
    expect(tallyLine("b", tally)).toBe(
      "b: 60 % of 7 mutants found: 2 killed, 1 never ended, 1 survived, 1 in untested code, 1 not loadable; 0 survivors explained",
    );
  });

  it("keeps what is known of a survivor whose line has moved, and only of that one", () => {
    const why = "f counts from 1";
    const moved = {...COMPARISON, at: "src/b.ts:9:1", why};
    const [comparison, call] = tallyOf(REPORT, {survivors: [moved]}).survivors;
    expect([comparison?.why, call?.why]).toEqual([why, null]);
    const elsewhere = {...moved, at: "src/c.ts:2:3"};
    expect(tallyOf(REPORT, {survivors: [elsewhere]}).survivors.map((each) => each.why)).toEqual([null, null]);
  });
});

describe("the rooms that are changed", () => {
  it.each(Object.entries(MUTATED_ROOMS))("are there: %s, with its tests", (_, {sources, tests}) => {
    expect(sources.length).toBeGreaterThan(1);
    for (const file of sources) expect(existsSync(path.join(ROOT, file)), file).toBe(true);
    for (const glob of tests) {
      const place = path.join(ROOT, glob);
      const names = readdirSync(path.dirname(place));
      const isThere =
        names.some((name) => name.endsWith(".test.ts")) && (/\*/.test(glob) || existsSync(place));
      expect(isThere, glob).toBe(true);
    }
  });

  it("are each file in one room only", () => {
    const all = Object.values(MUTATED_ROOMS).flatMap(({sources}) => sources);
    expect(new Set(all).size).toBe(all.length);
  });

  it("have names, and another name is refused", () => {
    const {status, stderr} = spawnSync("npx", ["tsx", "scripts/mutation.ts", "cellar"], {
      cwd: ROOT,
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([
      1,
      "there is no room cellar to change: privacy, voting, evaluation, parameters, agreement\n",
    ]);
  });
});
