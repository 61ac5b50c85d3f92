import {CodedError} from "../../core/index.ts";
import {contractHash, type PartCounts, readSite, readTask, splitSite} from "../../data/index.ts";
import {defineCommand, defineGroup} from "../command.ts";
import type {CliErrorCode} from "../errors.ts";

const BUCKETS = [1, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];
const LEAST_TRAIN_PATIENTS = 2;

/** A count as a range wide enough to be passed on: 0, 1-9, 10-19, ... 10000 or more. */
function bucketOf(count: number): string {
  const next = BUCKETS.findIndex((bound) => bound > count);
  if (next === 0) return "0";
  if (next === -1) return `${BUCKETS.at(-1)} or more`;
  return `${BUCKETS[next - 1]}-${(BUCKETS[next] ?? 0) - 1}`;
}

function countsLine(part: string, {patients, positivePatients, negativePatients}: PartCounts): string {
  const counts = [patients, positivePatients, negativePatients].map(bucketOf);
  return `${part.padEnd(12)}${counts.map((count) => count.padStart(14)).join("")}`;
}

const checkCommand = defineCommand({
  command: "check",
  describe: "read this site's data as the daemon will, and say what is in it",
  options: {
    task: {type: "string", demandOption: true, describe: "the task file"},
    site: {type: "string", demandOption: true, describe: "this site's name in the task file"},
  },
  async handler({task: path, site}) {
    const located = await readTask(path);
    const {task} = located;
    const table = await readSite({...located, site, variables: process.env});
    // The seed decides who is in which part, not how many are: parts are drawn class by class.
    const {counts, oneClassParts} = splitSite(table, task, 0);
    const {train, validation, test} = counts;
    console.log(`task          ${task.name}: ${task.title}${task.synthetic ? " (synthetic)" : ""}`);
    console.log(`contract      ${contractHash(task)}`);
    console.log(`features      ${table.featureNames.length}`);
    console.log(`rows left out ${bucketOf(table.droppedRows)} (a value is missing)`);
    console.log(
      `patients      ${["all", "positive", "negative"]
        .map((word) => word.padStart(14))
        .join("")
        .slice(2)}`,
    );
    console.log(
      [countsLine("train", train), countsLine("validation", validation), countsLine("test", test)].join("\n"),
    );
    for (const part of oneClassParts)
      console.log(`note: no ranking metric can be had on ${part}, a class is absent`);
    if (train.patients >= LEAST_TRAIN_PATIENTS) return 0;
    const code: CliErrorCode = "CLI_TOO_FEW_PATIENTS";
    throw new CodedError(code, `${site} has fewer than ${LEAST_TRAIN_PATIENTS} train patients`, {
      hint: "Add patients, or take part as an evaluator.",
    });
  },
});

/** `consilium data check`. */
export const dataCommand = defineGroup("data", "look at this site's own data", [checkCommand]);
