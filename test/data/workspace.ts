import {mkdir, mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {onTestFinished} from "vitest";
import {type LocatedTask, readTask} from "../../src/data/index.ts";

/** A temporary folder with `files` (text by relative path), removed when the test ends. */
export async function folderWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "consilium data "));
  onTestFinished(() => rm(folder, {recursive: true, force: true}));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), {recursive: true});
    await writeFile(join(folder, name), content);
  }
  return folder;
}

/** A small task of every column type; `changes` replaces whole lines by their first word. */
export function taskText(changes: Readonly<Record<string, string>> = {}): string {
  const lines: Record<string, string> = {
    formatVersion: "1",
    kind: "tabular",
    name: "stroke",
    title: "Stroke within a year",
    synthetic: "true",
    source: "made up for a test",
    sites: "{alpha: {file: alpha.csv}}",
    patient: "id",
    label: "{column: stroke, positive: [1], negative: [0]}",
    columns: `
  - {name: age, type: number, unit: years, range: [0, 120]}
  - {name: sex, type: binary, positive: f, negative: m}
  - {name: grade, type: category, categories: [1, 2, 3], encode: one-hot-drop-first}`,
    missing: '{markers: ["?", ""], policy: drop-row}',
    split: "{type: hash, test: 0.25, validation: 0.25}",
    ...changes,
  };
  return Object.entries(lines)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join("");
}

/** The task of {@link taskText} in a temporary folder beside `files`. */
export async function taskWith(
  files: Readonly<Record<string, string | Uint8Array>>,
  changes: Readonly<Record<string, string>> = {},
): Promise<LocatedTask & {readonly variables: Record<string, string>}> {
  const folder = await folderWith({"stroke.task.yaml": taskText(changes), ...files});
  return {...(await readTask(join(folder, "stroke.task.yaml"))), variables: {}};
}

/** What `action` throws. */
export async function thrownBy(action: () => unknown): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  return undefined;
}
