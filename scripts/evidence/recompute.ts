import {spawnSync} from "node:child_process";
import {mkdtemp, readdir, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import path from "node:path";
import {sharedDataFolder} from "../shared-data-folder.ts";

const ROOT = path.join(import.meta.dirname, "../..");
const PROGRAM = path.join(ROOT, "dist/cli/main.js");
const RECOMPUTE = path.join(import.meta.dirname, "recompute/main.py");
const MEMBERSHIP = path.join(import.meta.dirname, "recompute/membership.py");
const SIGNED_HISTORIES = path.join(ROOT, "test/membership/golden-histories.json");
const REQUIREMENTS = "scripts/evidence/recompute/requirements.txt";
const MOST_OUTPUT_BYTES = 1 << 26;
/** Those whose own number of seeds takes hours; one seed has figures of every kind. */
const ONE_SEED = new Set(["byzantine", "churn", "dress-rehearsal", "partition", "scale-10k", "topologies"]);
/** Those that take long, not yet computed again; the file names them. */
const LEFT_OUT = new Set([
  "demo swarm-tcga-crc",
  "demo swarm-tcga-crc-stamp",
  "study byzantine",
  "study partition",
  "study saldanha2022",
  "study saldanha2022-efficiency",
  "study scale-10k",
  "study swarm-tcga-crc",
]);
/** What the check of one row takes: an experiment and a preset without shared data. */
const AGAIN = {experiment: "csv-sites", preset: "synthetic-heart"};

/** What the Python program found in one study or demo. */
interface Found {
  readonly figures: number;
  readonly largest_difference: number;
  readonly faults: readonly string[];
  /** By planted fault, whether it was found. */
  readonly planted: Readonly<Record<string, boolean>>;
}

interface Row extends Found {
  readonly name: string;
  readonly kind: "study" | "demo";
  /** Seeds of a study, where fewer than its own; null otherwise. */
  readonly repeats: number | null;
}

function run(command: string, words: readonly string[]): {status: number | null; stdout: string} {
  const {status, stdout, error} = spawnSync(command, words, {
    env: {...process.env, CONSILIUM_SHARED_DATA: sharedDataFolder()},
    encoding: "utf8",
    maxBuffer: MOST_OUTPUT_BYTES,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (error !== undefined) throw error;
  return {status, stdout};
}

/** Whether python3 has what the program imports. */
function hasPythonPackages(): boolean {
  const {status} = spawnSync("python3", [
    "-c",
    "import cbor2, cryptography, numpy, scipy, sklearn, lifelines",
  ]);
  return status === 0;
}

function consilium(...words: string[]): void {
  const {status} = run(process.execPath, [PROGRAM, ...words]);
  if (status !== 0) throw new Error(`consilium ${words.join(" ")} ended with status ${status}`);
}

function recompute(kind: Row["kind"], files: readonly string[], isPlanted: boolean): Found {
  const flags = isPlanted ? ["--planted"] : [];
  const {status, stdout} = run("python3", [RECOMPUTE, kind, ...files, ...flags]);
  if (status !== 0 && status !== 1) throw new Error(`${RECOMPUTE} ended with status ${status}`);
  return JSON.parse(stdout) as Found;
}

async function inFolder<Result>(action: (folder: string) => Result): Promise<Result> {
  const folder = await mkdtemp(path.join(tmpdir(), "consilium-recompute-"));
  try {
    return action(folder);
  } finally {
    await rm(folder, {recursive: true});
  }
}

async function studyRow(name: string, isPlanted: boolean): Promise<Row> {
  const repeats = ONE_SEED.has(name) ? 1 : null;
  return await inFolder((folder) => {
    const out = path.join(folder, "study");
    consilium("simulate", name, "--out", out, ...(repeats === null ? [] : ["--repeats", `${repeats}`]));
    return shown({name, kind: "study", repeats, ...recompute("study", [out], isPlanted)});
  });
}

async function demoRow(preset: string, isPlanted: boolean): Promise<Row> {
  return await inFolder((folder) => {
    const files = ["report.json", "scores.json"].map((file) => path.join(folder, file));
    const [json = "", scores = ""] = files;
    consilium("demo", "--data", preset, "--json", json, "--scores", scores);
    return shown({name: preset, kind: "demo", repeats: null, ...recompute("demo", files, isPlanted)});
  });
}

function shown(row: Row): Row {
  const {name, kind, figures, largest_difference: largest, faults} = row;
  console.log(
    `recompute: ${kind} ${name}: ${figures} figures, largest difference ${largest}, ${faults.length} faults`,
  );
  for (const fault of faults) console.error(`  ${fault}`);
  return row;
}

async function namesIn(folder: string, ending: string): Promise<string[]> {
  const files = await readdir(path.join(ROOT, "config", folder));
  return files.flatMap((file) => (file.endsWith(ending) ? [file.slice(0, -ending.length)] : [])).sort();
}

function refuseWithoutPackages(): void {
  if (hasPythonPackages()) return;
  throw new Error(
    `python3 lacks cbor2, cryptography, numpy, scipy, scikit-learn or lifelines: pip install -r ${REQUIREMENTS}`,
  );
}

/**
 * Every figure of the bundled experiments and presets but those that are left out, computed again by numpy, scipy, scikit-learn and lifelines from
 * the scores of single patients; faults are planted in one study and one demo.
 */
export async function recomputeEvidence() {
  refuseWithoutPackages();
  const rows: Row[] = [];
  for (const preset of await namesIn("presets", ".task.yaml"))
    if (!LEFT_OUT.has(`demo ${preset}`)) rows.push(await demoRow(preset, preset === AGAIN.preset));
  for (const name of await namesIn("experiments", ".yaml"))
    if (!LEFT_OUT.has(`study ${name}`)) rows.push(await studyRow(name, name === AGAIN.experiment));
  return {
    seeds: "those of each preset and experiment",
    tolerance: 1e-9,
    note: "limits of bootstrap intervals: within five standard errors of their rank among draws of our own",
    left_out: [...LEFT_OUT],
    figures: rows.reduce((sum, {figures}) => sum + figures, 0),
    largest_difference: Math.max(...rows.map(({largest_difference: largest}) => largest)),
    faults: rows.reduce((sum, {faults}) => sum + faults.length, 0),
    rows,
  };
}

/** The signed membership histories, read by the Python program. @returns what differs, and the faults it missed */
function membershipFaults(): string[] {
  const {status, stdout} = run("python3", [MEMBERSHIP, SIGNED_HISTORIES, "--planted"]);
  if (status !== 0 && status !== 1) throw new Error(`${MEMBERSHIP} ended with status ${status}`);
  const {faults, planted} = JSON.parse(stdout) as Pick<Found, "faults" | "planted">;
  return [
    ...faults,
    ...Object.keys(planted).flatMap((fault) => (planted[fault] === true ? [] : [`${fault} was not found`])),
  ];
}

/** One study, one demo and the signed membership histories again. @returns what differs, and the planted faults that were missed */
export async function recomputeAgain(): Promise<string[]> {
  refuseWithoutPackages();
  const rows = [await studyRow(AGAIN.experiment, true), await demoRow(AGAIN.preset, true)];
  const found = rows.flatMap(({name, faults, planted}) => [
    ...faults.map((fault) => `${name}: ${fault}`),
    ...Object.entries(planted).flatMap(([fault, isFound]) =>
      isFound ? [] : [`${name}: ${fault} was not found`],
    ),
  ]);
  return [...found, ...membershipFaults().map((fault) => `membership: ${fault}`)];
}
