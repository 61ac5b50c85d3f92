import {spawnSync} from "node:child_process";
import {fileURLToPath} from "node:url";
import {type Figure, leastOf, RUNS} from "./figure.ts";

const PROGRAM = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
/** Commands that people wait for, each at its shortest: nothing is asked or read beyond what starting takes. */
const COMMANDS = [["--version"], ["status", "--url", "http://127.0.0.1:1"], ["plan", "show", "/nonexistent"]];
const BAR_MS = 250;
/** Tells at the very end what the process has used, user and system. */
const METER = `process.on("exit", () => {
  const {user, system} = process.cpuUsage();
  process._rawDebug("processor " + (user + system));
})`;

function processorMs(words: readonly string[]): number {
  const meter = ["--import", `data:text/javascript,${encodeURIComponent(METER)}`];
  const {stderr} = spawnSync(process.execPath, [...meter, PROGRAM, ...words], {encoding: "utf8"});
  const [, used] = /^processor (\d+)$/m.exec(stderr) ?? [];
  if (used === undefined) throw new Error(`${words.join(" ")} told nothing: ${stderr}`);
  return Number(used) / 1000;
}

/** Processor time of the start of a command, the dearest of a few. */
export function measureStart(): Figure {
  const runs = Array.from({length: RUNS}, () => COMMANDS.map(processorMs));
  const figures = COMMANDS.map((_, at) =>
    leastOf(
      "cli/start-ms",
      "ms",
      runs.map((times) => times[at] ?? Number.NaN),
      BAR_MS,
    ),
  );
  return figures.reduce((dearest, figure) => (figure.value > dearest.value ? figure : dearest));
}
