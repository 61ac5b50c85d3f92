import {readFileSync} from "node:fs";
import path from "node:path";
import {describe, expect, it} from "vitest";
import {studyFiles} from "../../src/report/study-files.ts";
import {studyFixture} from "./report/study-fixture.ts";

const DOCUMENT = readFileSync(path.resolve(import.meta.dirname, "../../docs/simulation-outputs.md"), "utf8");
const SWEPT = [1, 2].map((rounds) => ({"plan.rounds": rounds}));
const FILES = studyFiles(studyFixture({isRing: true}));
const SWEEP = studyFiles(studyFixture({points: SWEPT, seeds: 2, rounds: 1}));

/** The part of the document below a heading. */
function sectionOf(heading: string): string {
  const [, section = ""] = DOCUMENT.split(`\n## ${heading}\n`);
  return section.split("\n## ")[0] ?? "";
}

/** Names in the first column of a section's tables. */
const columnsOf = (section: string): readonly string[] =>
  [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = ""]) => name);

const headerOf = (files: ReadonlyMap<string, string>, name: string): readonly string[] =>
  files.get(name)?.split("\n")[0]?.split(",") ?? [];

describe("docs/simulation-outputs.md", () => {
  it.each(["results.csv", "rounds.csv"])(
    "names every column of %s, in its order, and none that is not there",
    (name) => {
      const named = columnsOf(sectionOf(name));
      expect(named.length).toBeGreaterThan(8);
      expect(headerOf(FILES, name)).toEqual(named);
      expect(headerOf(SWEEP, name)).toEqual([...named, "plan.rounds"]);
      const plain = named.map((column) => column.toLowerCase());
      expect(new Set(plain).size).toBe(named.length);
    },
  );

  it("names every column of each picture's numbers", () => {
    const rows = [...sectionOf("Numbers of the pictures").matchAll(/^\| `([^`]+)` \| ([^|]*?): /gm)];
    const named = rows.map(([, file = "", columns = ""]) => {
      const swept = columns.startsWith("the swept keys") ? ["plan.rounds"] : [];
      return [file, [...swept, ...[...columns.matchAll(/`([^`]+)`/g)].map(([, column = ""]) => column)]];
    });
    const pictures = new Map([...FILES, ["sweep.csv", SWEEP.get("sweep.csv") ?? ""]]);
    const tables = [...pictures.keys()].filter(
      (name) => name.endsWith(".csv") && !["results.csv", "rounds.csv"].includes(name),
    );
    expect(new Set(named.map(([file]) => file))).toEqual(new Set(tables));
    for (const [file, columns] of named)
      expect([file, headerOf(pictures, String(file))]).toEqual([file, columns]);
  });

  it("names every key of summary.json and of environment.json", () => {
    const told = new Set(
      [...sectionOf("summary.json").matchAll(/\*\*`([^`]+)`\*\*/g)].map(([, key = ""]) => key),
    );
    const seen = new Set<string>();
    const walk = (value: unknown, isNamed: boolean): void => {
      if (Array.isArray(value)) return value.forEach((entry) => walk(entry, isNamed));
      if (typeof value !== "object" || value === null) return undefined;
      for (const [key, inner] of Object.entries(value)) {
        if (isNamed) seen.add(key);
        // What is in these is named elsewhere: an experiment file's keys, and swept keys.
        if (key !== "experiment") walk(inner, key !== "point");
      }
      return undefined;
    };
    for (const name of ["summary.json", "environment.json"]) walk(JSON.parse(FILES.get(name) ?? ""), true);
    expect([...seen].filter((key) => !told.has(key))).toEqual([]);
    expect(seen.size).toBeGreaterThan(40);
  });

  it("names every kind of file", () => {
    const kinds = new Set(
      [...FILES.keys()].map((name) =>
        /\.(svg|csv)$/.test(name) && name !== "results.csv" && name !== "rounds.csv"
          ? `*.${name.split(".")[1]}`
          : name,
      ),
    );
    for (const kind of kinds) expect(DOCUMENT).toContain(`\`${kind}\``);
  });
});
