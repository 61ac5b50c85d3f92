import {
  capVoters,
  type IdentifiedPlan,
  type Plan,
  type Roster,
  type RosterMember,
} from "../../consortium/index.ts";
import {CodedError, type Logger, silentLogger} from "../../core/index.ts";
import {
  externalKeys,
  externalSplit,
  type Feature,
  FIRST_FAULT,
  featuresOf,
  type LocatedTask,
  leftOutText,
  type PartMarks,
  partMarks,
  readSite,
  type SealedSplit,
  type SiteTable,
  splitKeys,
  splitSite,
  taskDifference,
  taskIdentity,
} from "../../data/index.ts";
import {isBagModel} from "../../model/index.ts";
import {robustRuleFault} from "../../robust/index.ts";
import type {NodeErrorCode} from "../errors.ts";
import {siteCount} from "./site-count.ts";

const LEAST_TRAIN_PATIENTS = 2;

/** This site's part in a run, checked before anything is opened to others. */
export interface Site {
  readonly member: RosterMember;
  readonly split: SealedSplit;
  readonly features: readonly Feature[];
  /** n_i: {@link siteCount}. */
  readonly patients: number;
}

/** A {@link Site} whose data were read here. */
export interface OpenedSite extends Site {
  /** The parts and their patients, kept in the run's journal. */
  readonly parts: PartMarks;
}

/** The facts against which a site is checked. */
export interface SiteChecks {
  readonly site: string;
  readonly peerId: string;
  readonly roster: Roster;
  readonly plan: IdentifiedPlan;
  /** The hash that this site approved. */
  readonly approvedPlan: string;
  readonly task: LocatedTask;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

function refuse(code: NodeErrorCode, message: string, hint: string): never {
  throw new CodedError(code, message, {hint});
}

function isSurvival(model: Plan["model"], task: LocatedTask["task"]): boolean {
  return model.architecture === "cox" || (task.kind === "tabular" && task.label.time !== undefined);
}

/**
 * Refuses a plan that this site has not approved, or another consortium's. @throws NODE_PLAN_NOT_APPROVED,
 * NODE_PLAN_FOREIGN
 */
export function checkApproval({
  plan,
  approvedPlan,
  roster,
}: Pick<SiteChecks, "plan" | "approvedPlan" | "roster">): void {
  if (plan.hash !== approvedPlan) {
    refuse(
      "NODE_PLAN_NOT_APPROVED",
      `the plan file's hash is ${plan.hash}, this site approved ${approvedPlan}`,
      "Read the plan with `consilium plan show`; to approve it, put its hash under approvedPlan in node.yaml.",
    );
  }
  if (plan.plan.consortium !== roster.consortium) {
    refuse(
      "NODE_PLAN_FOREIGN",
      `the plan is for the consortium ${plan.plan.consortium}, the roster is of ${roster.consortium}`,
      "Use the plan and the roster of the same consortium.",
    );
  }
}

/**
 * Refuses a plan that does not fit the task file or the roster.
 * @throws NODE_CONTRACT_FOREIGN, NODE_MODEL_UNFIT, NODE_START_IMPOSSIBLE, NODE_RULE_IMPOSSIBLE,
 * NODE_VOTE_FOREIGN
 */
export function checkPlan({plan, roster, task}: Pick<SiteChecks, "plan" | "roster" | "task">): void {
  const difference = taskDifference(plan.plan.task, taskIdentity(task.task));
  if (difference !== null) {
    refuse(
      "NODE_CONTRACT_FOREIGN",
      difference,
      "The columns, the label and the policy for missing values must be those of the plan's task: use its task file.",
    );
  }
  const {model} = plan.plan;
  if (isSurvival(model, task.task)) {
    refuse(
      "NODE_MODEL_UNFIT",
      "survival tasks run only in experiments: no daemon can train them yet",
      "Run the task with `consilium simulate`, or use a classification model in the plan and a label without a time in the task.",
    );
  }
  if (isBagModel(model) !== (task.task.kind === "slides")) {
    refuse(
      "NODE_MODEL_UNFIT",
      `the plan's model ${model.architecture} does not fit a task of kind ${task.task.kind}`,
      "Slides take tile-mlp or gated-attention-mil, tables logistic or mlp.",
    );
  }
  const trainers = roster.members.filter(({role}) => role === "trainer").length;
  if (plan.plan.start.members > trainers) {
    refuse(
      "NODE_START_IMPOSSIBLE",
      `the plan begins with ${plan.plan.start.members} members, the roster has ${trainers} trainers`,
      "Correct start.members in the plan or complete the roster.",
    );
  }
  checkRule(plan, trainers);
  checkVotes(plan, roster);
}

function checkVotes({plan}: IdentifiedPlan, roster: Roster): void {
  const isTrainer = (voter: string): boolean =>
    roster.members.some(({name, role}) => name === voter && role === "trainer");
  const stranger = capVoters(plan).find((voter) => !isTrainer(voter));
  if (stranger === undefined) return;
  refuse(
    "NODE_VOTE_FOREIGN",
    `the plan counts a vote on the weights' cap by ${stranger}, which is not a trainer on the roster`,
    "Correct weights.cap.votes in the plan or complete the roster.",
  );
}

function checkRule({plan}: IdentifiedPlan, trainers: number): void {
  const {mode, robust} = plan.mixing;
  // A pair that swaps has no vectors of others for comparison, so its rule requires no number of members.
  const fault = mode === "async" || robust === "none" ? undefined : robustRuleFault(trainers, robust);
  if (fault === undefined) return;
  refuse("NODE_RULE_IMPOSSIBLE", fault, "Lower mixing.robust.faulty in the plan or complete the roster.");
}

/** The roster's entry of this site's key. @throws NODE_NOT_ON_ROSTER, NODE_ROLE_UNSUPPORTED */
export function memberOf({
  site,
  peerId,
  roster,
}: Pick<SiteChecks, "site" | "peerId" | "roster">): RosterMember {
  const member = roster.members.find((entry) => entry.peerId === peerId);
  if (member === undefined || member.name !== site) {
    refuse(
      "NODE_NOT_ON_ROSTER",
      `this node's key ${peerId} is not on the roster as ${site}`,
      "Ask every member to add the line that `consilium init` printed to their roster file.",
    );
  }
  if (member.role === "relay") {
    refuse("NODE_ROLE_UNSUPPORTED", `the roster makes ${site} a relay`, "Relays come in a later version.");
  }
  return member;
}

const DAY_MS = 24 * 3600 * 1000;

/** Days before the end of a delegation or certificate from which on the operator is warned. */
export const RENEW_WITHIN_DAYS = 14;

/**
 * Days that the delegation of a member's key still lasts; null if it has no end.
 * @throws NODE_DELEGATION_ENDED
 */
export function delegationDays({name, until}: RosterMember, wallMs: number): number | null {
  if (until === undefined) return null;
  if (until > wallMs) return Math.floor((until - wallMs) / DAY_MS);
  refuse(
    "NODE_DELEGATION_ENDED",
    `the delegation of this node's key by ${name} ended on ${new Date(until).toISOString().slice(0, 10)}`,
    "Renew it with `consilium consortium renew`, and send the membership file to the other members.",
  );
}

/**
 * Reads this site's data, and logs the patients that are left out and the points for the owner to check.
 * @throws DATA_*
 */
async function readLogged({task, site, variables}: SiteChecks, data: Logger): Promise<SiteTable> {
  const findings = {
    ...FIRST_FAULT,
    tell: (level: "note" | "warning", detail: string): void =>
      level === "note"
        ? data.info("a note on this site's data", {detail})
        : data.warn("check this site's data", {detail}),
  };
  const table = await readSite({...task, site, variables, findings});
  const detail = leftOutText(table);
  if (detail !== null) data.warn("some of this site's data are left out", {detail});
  return table;
}

/**
 * Reads and splits this site's own file, after checking everything that could make it the wrong one.
 * @throws NODE_* and the data room's DATA_* errors
 */
export async function openSite(checks: SiteChecks, logger: Logger = silentLogger): Promise<OpenedSite> {
  checkApproval(checks);
  checkPlan(checks);
  const member = memberOf(checks);
  const {task} = checks.task;
  const table = await readLogged(checks, logger);
  const isTrainer = member.role === "trainer";
  // An evaluator does not train: all its patients are test patients.
  const split = isTrainer ? splitSite(table, task, checks.plan.plan.seed) : externalSplit(table, task);
  if (isTrainer && split.train.patients < LEAST_TRAIN_PATIENTS) {
    refuse(
      "NODE_TOO_FEW_PATIENTS",
      `${checks.site} has fewer than ${LEAST_TRAIN_PATIENTS} train patients`,
      "Add patients, or take part as an evaluator.",
    );
  }
  return {
    member,
    split,
    parts: partMarks(
      table,
      task,
      isTrainer ? splitKeys(table, task, checks.plan.plan.seed) : externalKeys(table),
    ),
    features: featuresOf(task),
    patients: siteCount(split.train, checks.plan.plan.weights, checks.site),
  };
}
