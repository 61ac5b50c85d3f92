import {writeFile} from "node:fs/promises";
import {isCoded, systemClock} from "../../core/index.ts";
import {openBackend} from "../../model/index.ts";
import {defineCommand} from "../command.ts";
import {isInterruption, watchInterruption} from "../demo/interruption.ts";
import {leaveOneOut} from "../demo/leave-one-out.ts";
import {renderHeading, renderLeaveOneOut, renderReport} from "../demo/render.ts";
import type {DemoReport, LeaveOneOutReport} from "../demo/report.ts";
import {type DemoRequest, resolveRequest} from "../demo/request.ts";
import {type DemoEnvironment, runDemo} from "../demo/run-demo.ts";
import {reportFailure} from "../process-end.ts";

async function runOnce(request: DemoRequest, environment: DemoEnvironment): Promise<DemoReport> {
  const {task} = request;
  const {report, settings} = await runDemo(request, environment);
  const {name, synthetic} = task;
  const whole = {schema: 2, task: {name, synthetic}, ...report} as const;
  process.stdout.write(renderReport(whole, task, settings));
  return whole;
}

async function runAll(request: DemoRequest, environment: DemoEnvironment): Promise<LeaveOneOutReport> {
  const report = await leaveOneOut(request, environment);
  process.stdout.write(renderLeaveOneOut(report, request.task));
  return report;
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
    keep: {type: "boolean", describe: "keep keys, state, plan and logs, and say where"},
  },
  async handler(flags) {
    const request = await resolveRequest(
      {...flags, leaveOneSiteOut: flags["leave-one-site-out"]},
      process.env,
    );
    const {backend} = await openBackend("auto");
    const watch = watchInterruption();
    const environment = {
      backend,
      clock: systemClock,
      sink: process.stderr,
      signal: watch.signal,
      isKept: flags.keep === true,
    };
    process.stderr.write(renderHeading(request));
    try {
      const run = request.isEachLeftOut ? runAll : runOnce;
      const report = await run(request, environment);
      if (flags.json !== undefined) await writeFile(flags.json, `${JSON.stringify(report, null, 2)}\n`);
      return 0;
    } catch (error) {
      if (isInterruption(watch, error)) return error.status;
      if (!isCoded(error, "CLI_DAEMON_ENDED")) throw error;
      // The daemon has said what is wrong and with which status; the demo hands both on.
      reportFailure(error);
      return Number(error.data["status"]);
    } finally {
      watch.stop();
      backend.close();
    }
  },
});
