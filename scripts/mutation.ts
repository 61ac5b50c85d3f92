/*
 * Mutation testing: changes the code of a room in every small way, one at a time, and sees whether the room's own tests
 * find out. `npm run mutation [-- ROOM [FILE...]] [--write]`: without a room all of them, with files only these. The
 * reports go to .mutation, and with --write the tally and the survivors to docs/evidence/mutation.json. A room below the
 * threshold ends with status 1.
 */
import {existsSync, readFileSync, writeFileSync} from "node:fs";
import path from "node:path";
import {parseArgs} from "node:util";
import {evidenceHeader} from "./evidence/header.ts";
import {MUTATED_ROOMS, type MutatedRoom, ROOM_VARIABLE} from "./mutation/rooms.ts";
import {evidenceSchema, reportSchema, tallyLine, tallyOf} from "./mutation/tally.ts";

const ROOT = path.join(import.meta.dirname, "..");
const EVIDENCE = path.join(ROOT, "docs/evidence/mutation.json");
/** Least share of mutants, in percent, that a room's tests must find. */
const THRESHOLD = 80;
/** What Stryker needs. */
const LEAST_NODE = 22;
/** A mutant may wait this long for a busy machine before it counts as one that never ends. */
const PATIENCE_MS = 60_000;

const OF_THE_PLUGIN = {vitest: {configFile: "scripts/mutation/vitest.config.ts", related: false}};

const stored = (file: string): unknown => JSON.parse(readFileSync(path.join(ROOT, file), "utf8"));
const reportOf = (room: string): string => `.mutation/${room}.json`;

/** Puts a room's tally beside those of the others; what has been said of a survivor stays. */
function record(name: string, room: MutatedRoom, isWritten: boolean): void {
  const before = existsSync(EVIDENCE) ? evidenceSchema.parse(stored("docs/evidence/mutation.json")) : null;
  const {framework, ...report} = reportSchema.parse(stored(reportOf(name)));
  const tally = tallyOf(report, before?.rooms[name]);
  console.log(tallyLine(name, tally));
  if (!isWritten) return;
  const {made, versions} = evidenceHeader(undefined);
  const entry = {
    made,
    versions: {node: versions.node, stryker: framework.version},
    filesInAll: room.sources.length,
    ...tally,
  };
  writeFileSync(
    EVIDENCE,
    `${JSON.stringify({schema: 1, rooms: {...before?.rooms, [name]: entry}}, null, 1)}\n`,
  );
}

async function mutate(name: string, room: MutatedRoom, files: readonly string[]): Promise<void> {
  const {Stryker} = await import("@stryker-mutator/core");
  process.env[ROOM_VARIABLE] = name;
  await new Stryker({
    mutate: [...(files.length > 0 ? files : room.sources)],
    testRunner: "vitest",
    plugins: [import.meta.resolve("@stryker-mutator/vitest-runner")],
    ...OF_THE_PLUGIN,
    concurrency: 1,
    coverageAnalysis: "perTest",
    tempDirName: ".mutation/sandbox",
    // A second biome.json, in the copy that a run which was cut short leaves behind, would stop the first one.
    ignorePatterns: ["dist", "docs", "coverage", ".bench", "biome.json"],
    reporters: ["json", "clear-text", "progress-append-only"],
    jsonReporter: {fileName: reportOf(name)},
    clearTextReporter: {allowColor: false, logTests: false, reportTests: false},
    thresholds: {break: THRESHOLD, low: THRESHOLD, high: THRESHOLD},
    timeoutMS: PATIENCE_MS,
    dryRunTimeoutMinutes: 60,
  }).runMutationTest();
}

const {values, positionals} = parseArgs({
  options: {write: {type: "boolean", default: false}},
  allowPositionals: true,
});
const [asked, ...files] = positionals;
const rooms = Object.entries(MUTATED_ROOMS).filter(([name]) => asked === undefined || asked === name);
if (rooms.length === 0) {
  console.error(`there is no room ${asked} to change: ${Object.keys(MUTATED_ROOMS).join(", ")}`);
  process.exitCode = 1;
} else if (Number.parseInt(process.versions.node) < LEAST_NODE) {
  console.error(
    `npm run mutation needs Node ${LEAST_NODE} or later, as Stryker does; this is ${process.version}`,
  );
  process.exitCode = 1;
} else {
  for (const [name, room] of rooms) {
    await mutate(name, room, files);
    record(name, room, values.write);
  }
}
