import {composePlan, findPreset, type PlanSettings, presetNames, withQuorumRule} from "../../config/index.ts";
import {describePlan, type IdentifiedPlan, type Roster, runId, weightCap} from "../../consortium/index.ts";
import {CodedError} from "../../core/index.ts";
import {readTask, type Task, taskDifference, taskIdentity} from "../../data/index.ts";
import {defineCommand, defineGroup, usageError} from "../command.ts";
import type {CliErrorCode} from "../errors.ts";
import {readPlan, readRoster} from "../input-file.ts";
import {print, printNote} from "../printable.ts";

/** The presets whose settings serve a task that has none of its own. */
const GENERAL_PRESETS: Readonly<Record<Task["kind"], string>> = {
  tabular: "synthetic-heart",
  slides: "synthetic-crc",
};

function checkBelongs({plan}: IdentifiedPlan, roster: Roster, task: Task): void {
  const code: CliErrorCode = "CLI_PLAN_FOREIGN";
  if (plan.consortium !== roster.consortium) {
    throw new CodedError(
      code,
      `the plan is for the consortium ${plan.consortium}, the roster is of ${roster.consortium}`,
      {hint: "Use the plan and the roster of the same consortium."},
    );
  }
  const difference = taskDifference(plan.task, taskIdentity(task));
  if (difference !== null) {
    throw new CodedError(code, difference, {hint: "Show the plan with the task file that it was made for."});
  }
}

function briefly({plan, hash}: IdentifiedPlan): string[] {
  return [
    `Plan ${plan.name} of the consortium ${plan.consortium}`,
    `Task: ${plan.task.name}, data contract ${plan.task.contract}`,
    `Hash to approve: ${hash}`,
    `First run: ${runId(hash, 1)}`,
    "Add --roster FILE --task FILE, and it says who takes part, what is predicted and what leaves a site.",
  ];
}

/** @throws CLI_USAGE if only one of two flags that belong together is given */
function refuseOneAlone(flags: Readonly<Record<"roster" | "task", string | undefined>>): void {
  const {roster, task} = flags;
  if ((roster === undefined) === (task === undefined)) return;
  const [given, missing] = roster === undefined ? ["task", "roster"] : ["roster", "task"];
  throw usageError(
    `--${given} is given without --${missing}`,
    `Add --${missing} FILE; or leave --${given} out, and only the plan's names and hash are shown.`,
  );
}

const showCommand = defineCommand({
  command: "show <plan>",
  describe: "say in plain words what a plan means, and the hash to approve",
  positionals: {plan: "the plan file"},
  options: {
    roster: {type: "string", describe: "the roster file; with it, --task"},
    task: {type: "string", describe: "the task file; with it, --roster"},
  },
  async handler({roster: rosterPath, task: taskPath}, {plan: planPath}) {
    refuseOneAlone({roster: rosterPath, task: taskPath});
    const plan = await readPlan(planPath);
    if (rosterPath === undefined || taskPath === undefined) {
      print(briefly(plan).join("\n"));
      return 0;
    }
    const roster = await readRoster(rosterPath);
    const {task} = await readTask(taskPath);
    checkBelongs(plan, roster, task);
    print(describePlan(plan, roster, task.label.column).join("\n"));
    return 0;
  },
});

/**
 * The settings for a task. A benchmark's own preset may show all counts; others keep small counts at the
 * site.
 */
async function settingsFor(task: Task, preset: string | undefined): Promise<PlanSettings> {
  const own = (await presetNames()).includes(task.name) ? task.name : GENERAL_PRESETS[task.kind];
  const {name, settings} = await findPreset(preset ?? own);
  return name === task.name ? settings : {...settings, privacy: {...settings.privacy, disclosure: "consent"}};
}

const newCommand = defineCommand({
  command: "new",
  describe: "print a new plan for a task and a roster",
  options: {
    task: {type: "string", demandOption: true, describe: "the task file"},
    roster: {type: "string", demandOption: true, describe: "the roster file"},
    preset: {type: "string", describe: "whose frozen settings to take; the task's own if it has any"},
  },
  async handler({task: taskPath, roster: rosterPath, preset}) {
    const {task} = await readTask(taskPath);
    const {consortium, members} = await readRoster(rosterPath);
    const trainers = members.filter(({role}) => role === "trainer").length;
    const settings = await settingsFor(task, preset);
    const facts = {
      name: task.name,
      consortium,
      task: taskIdentity(task),
      start: {members: trainers, patients: trainers, waitSeconds: 0},
    };
    const bytes = composePlan(withQuorumRule(settings, trainers), facts);
    // A file gets the very bytes; a terminal gets text, which is guarded.
    process.stdout.write(process.stdout.isTTY ? new TextDecoder().decode(bytes) : bytes);
    printNote("Read and edit the plan before anyone approves it: every change gives it another hash.");
    const cap = weightCap(settings);
    printNote(`A site with more than ${cap} train patients counts as ${cap}.`);
    return 0;
  },
});

/** `consilium plan show` and `consilium plan new`. */
export const planCommand = defineGroup("plan", "make and read plans", [showCommand, newCommand]);
