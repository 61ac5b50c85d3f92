import {spawnSync} from "node:child_process";
import {mkdtemp, readdir, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import path from "node:path";

const ROOT = path.join(import.meta.dirname, "../..");
const PROGRAM = path.join(ROOT, "dist/cli/main.js");
const VERIFIER = path.join(import.meta.dirname, "recompute/certified_model.py");
const PRESET = "synthetic-heart";
const SITE = "west";
const EXPORTERS = ["north", "east"];
const SEED = 42;

/** What the Python program found in one exported folder. */
interface Found {
  readonly rounds: number;
  readonly changed_folders: number;
  readonly changed_folders_accepted: readonly string[];
  readonly patients_scored: number;
  readonly largest_difference_of_scores: number;
  readonly faults: readonly string[];
  /** By planted fault, whether it was found. */
  readonly planted: Readonly<Record<string, boolean>>;
}

interface Row extends Found {
  readonly exporter: string;
}

function run(
  command: string,
  words: readonly string[],
  variables: NodeJS.ProcessEnv = {},
): {status: number | null; stdout: string} {
  const {status, stdout, error} = spawnSync(command, words, {
    env: {...process.env, ...variables},
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (error !== undefined) throw error;
  return {status, stdout};
}

function consilium(words: readonly string[], variables: NodeJS.ProcessEnv = {}): void {
  const {status} = run(process.execPath, [PROGRAM, ...words], variables);
  if (status !== 0) throw new Error(`consilium ${words.join(" ")} ended with status ${status}`);
}

/** Runs the demo of real daemons, which keeps its files below `scratch`. @returns their folder */
async function keptDemo(scratch: string): Promise<string> {
  consilium(["demo", "--data", PRESET, "--rounds", "5", "--seed", `${SEED}`, "--keep"], {TMPDIR: scratch});
  const [folder] = await readdir(scratch);
  if (folder === undefined) throw new Error("the demo keeps no files");
  return path.join(scratch, folder);
}

function verifiedRow(kept: string, scratch: string, exporter: string): Row {
  const [out, scores] = [path.join(scratch, exporter), path.join(scratch, `${exporter}-scores`)];
  const papers = ["roster.yaml", "plan.yaml"].map((file) => path.join(kept, file));
  const [roster = "", plan = ""] = papers;
  consilium(["model", "export", "--config", path.join(kept, exporter, "node.yaml"), "--out", out]);
  consilium(["verify-model", out, "--roster", roster, "--plan", plan]);
  const task = path.join(ROOT, `config/presets/${PRESET}.task.yaml`);
  consilium(["predict", "--model", out, "--task", task, "--site", SITE, "--out", scores]);
  const table = path.join(ROOT, `config/${PRESET}/${SITE}.csv`);
  const predictions = path.join(scores, "new/patient-preds.csv");
  const words = [VERIFIER, out, ...papers, table, predictions, `${SEED}`];
  const {status, stdout} = run("python3", words);
  if (status !== 0 && status !== 1) throw new Error(`${VERIFIER} ended with status ${status}`);
  const row = {exporter, ...(JSON.parse(stdout) as Found)};
  console.log(
    `certified-model: ${exporter}: ${row.changed_folders} changed folders, ${row.faults.length} faults`,
  );
  return row;
}

async function rowsOf(exporters: readonly string[]): Promise<Row[]> {
  const {status} = spawnSync("python3", ["-c", "import model_signing, safetensors, cbor2, yaml, numpy"]);
  if (status !== 0) {
    const file = "scripts/evidence/recompute/requirements.txt";
    throw new Error(`python3 lacks model-signing, safetensors, cbor2 or PyYAML: pip install -r ${file}`);
  }
  const scratch = await mkdtemp(path.join(tmpdir(), "consilium-certified-"));
  try {
    const kept = await keptDemo(scratch);
    return exporters.map((exporter) => verifiedRow(kept, scratch, exporter));
  } finally {
    await rm(scratch, {recursive: true});
  }
}

/** A model of real daemons, exported by two of them and verified by Python packages that know nothing of Consilium. */
export async function certifiedModelEvidence(): Promise<Readonly<Record<string, unknown>>> {
  const rows = await rowsOf(EXPORTERS);
  return {
    synthetic: true,
    seeds: [SEED],
    note: "Python packages: model-signing verifies the folder and refuses each changed one; cryptography and cbor2 verify statement and certificates; safetensors and numpy compute the scores again",
    faults: rows.flatMap(faultsOf).length,
    rows,
  };
}

function faultsOf({exporter, faults, changed_folders_accepted: accepted, planted}: Row): string[] {
  const missed = Object.keys(planted).filter((fault) => planted[fault] !== true);
  return [
    ...faults,
    ...accepted.map((folder) => `model-signing accepts the folder ${folder}`),
    ...missed.map((fault) => `${fault} was not found`),
  ].map((fault) => `certified-model ${exporter}: ${fault}`);
}

/** One export again. @returns what does not agree */
export async function certifiedModelAgain(): Promise<string[]> {
  return (await rowsOf(EXPORTERS.slice(0, 1))).flatMap(faultsOf);
}
