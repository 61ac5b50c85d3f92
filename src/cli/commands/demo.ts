import {isCoded, systemClock} from "../../core/index.ts";
import {openBackend} from "../../model/index.ts";
import {defineCommand} from "../command.ts";
import {isInterruption, watchInterruption} from "../demo/interruption.ts";
import {leaveOneOut} from "../demo/leave-one-out.ts";
import {renderHeading, renderLeaveOneOut, renderReport} from "../demo/render.ts";
import type {DemoReport, LeaveOneOutReport} from "../demo/report.ts";
import {type DemoRequest, resolveRequest} from "../demo/request.ts";
import {type DemoEnvironment, runDemo} from "../demo/run-demo.ts";
import type {RunScores} from "../demo/scores.ts";
import {prepareFile, writeWhole} from "../output-file.ts";
import {printable} from "../printable.ts";
import {reportFailure} from "../process-end.ts";

const PRIVATE_MODE = 0o600;

/** Contents of the files of `--json` and `--scores`. */
interface Found {
  readonly report: DemoReport | LeaveOneOutReport;
  readonly runs: readonly RunScores[];
}

async function runOnce(request: DemoRequest, environment: DemoEnvironment): Promise<Found> {
  const {task, evaluators} = request;
  const {report, scores, settings} = await runDemo(request, environment);
  const {name, synthetic} = task;
  const whole = {schema: 2, task: {name, synthetic}, ...report} as const;
  process.stdout.write(printable(renderReport(whole, task, settings)));
  return {report: whole, runs: [{seed: report.seed, external: [...evaluators], scores: [...scores]}]};
}

async function runAll(request: DemoRequest, environment: DemoEnvironment): Promise<Found> {
  const found = await leaveOneOut(request, environment);
  process.stdout.write(printable(renderLeaveOneOut(found.report, request.task)));
  return found;
}

async function writeFiles(
  {report, runs}: Found,
  files: Readonly<Record<"json" | "scores", string | undefined>>,
): Promise<void> {
  if (files.json !== undefined) await writeWhole(files.json, `${JSON.stringify(report, null, 2)}\n`);
  if (files.scores === undefined) return;
  await writeWhole(files.scores, `${JSON.stringify({schema: 1, runs})}\n`, PRIVATE_MODE);
}

/** `consilium demo`, which `npm start` runs. */
export const demoCommand = defineCommand({
  command: "demo",
  describe: "let daemons on this machine learn together, one a hospital, and compare with learning alone",
  options: {
    data: {type: "string", describe: "a preset's name or a task file (default synthetic-crc)"},
    sites: {type: "string", describe: "the sites that take part, with commas between them (default all)"},
    external: {type: "string", describe: "the sites that only evaluate (default the task's)"},
    rounds: {type: "number", describe: "rounds of training (default the preset's)"},
    seed: {type: "number", describe: "fixes split, start and batches (default the preset's)"},
    standardisation: {
      choices: ["federated", "site"],
      describe: "whose statistics scale the features (default the preset's)",
    },
    codec: {choices: ["fp16", "f32"], describe: "how numbers travel (default the preset's)"},
    "leave-one-site-out": {
      type: "boolean",
      describe: "as many runs as sites, each tested on the site that took no part",
    },
    json: {type: "string", describe: "write the result to this file (docs/demo-json.md)"},
    scores: {
      type: "string",
      describe: "write every test patient's label and scores to this file, which only you can read",
    },
    keep: {type: "boolean", describe: "keep keys, state, plan and logs, and say where"},
  },
  async handler(flags) {
    const request = await resolveRequest(
      {...flags, leaveOneSiteOut: flags["leave-one-site-out"]},
      process.env,
    );
    // Before anything is run, and not minutes later.
    const {json, scores} = flags;
    for (const file of [json, scores]) if (file !== undefined) await prepareFile(file);
    const {backend} = await openBackend("auto");
    const watch = watchInterruption();
    const environment = {
      backend,
      clock: systemClock,
      sink: process.stderr,
      signal: watch.signal,
      isKept: flags.keep === true,
    };
    process.stderr.write(printable(renderHeading(request)));
    try {
      const run = request.isEachLeftOut ? runAll : runOnce;
      await writeFiles(await run(request, environment), {json, scores});
      return 0;
    } catch (error) {
      if (isInterruption(watch, error)) return error.status;
      if (!isCoded(error, "CLI_DAEMON_ENDED")) throw error;
      // The daemon has reported the fault and its status; the demo passes both on.
      reportFailure(error);
      return Number(error.data["status"]);
    } finally {
      watch.stop();
      backend.close();
    }
  },
});
