import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {expect, it} from "vitest";
import {isFormula, writeCsv} from "../../src/cli/predict/csv-file.ts";
import {writtenLines} from "../../src/cli/predict/write-predictions.ts";
import {folderWith} from "../data/workspace.ts";

const FORMULAS = [
  "=1+1",
  '=HYPERLINK("http://evil.example")',
  "+cmd|' /C calc'!A0",
  "-2+3",
  "@SUM(A1)",
  "-ve",
  "\t=1",
  "\r=1",
];
const TEXTS = ["P-17", "a=b", "7", "-7", "+49170", "-.5", "1e-5", "-1.5E+3", "+", "-", "", "ä@x"];

it("no cell that comes from data is a formula to a spreadsheet, and every other cell is as it was", async () => {
  const path = join(await folderWith({}), "out.csv");
  await writeCsv(
    path,
    ["=PATIENT", "loss"],
    [...FORMULAS, ...TEXTS].map((text) => [text, -0.25]),
  );
  const marked = (text: string): string => `'${text}`;
  const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const cells = [...FORMULAS.map(marked), ...TEXTS].map((text) => `${cell(text)},-0.25`);
  expect(await readFile(path, "utf8")).toBe(["'=PATIENT,loss", ...cells, ""].join("\n"));
});

it("the owner is told how many keys got the mark", () => {
  expect(FORMULAS.filter((text) => !isFormula(text))).toEqual([]);
  expect(TEXTS.filter(isFormula)).toEqual([]);
  expect(writtenLines({path: "out.csv", patients: 3, marked: 0})).toEqual(["out.csv (3 patients)"]);
  expect(writtenLines({path: "out.csv", patients: 3, marked: 1})[1]).toMatch(
    /^warning: 1 of their keys, which a spreadsheet would take for formulas, got an apostrophe before them; /,
  );
});
