import type {IdentifiedPlan, Roster} from "../../consortium/index.ts";
import {CodedError, present} from "../../core/index.ts";
import {featuresOf, type LocatedTask, type SealedSplit} from "../../data/index.ts";
import {checkApproval, checkPlan, delegationDays, memberOf, RENEW_WITHIN_DAYS} from "../../node/index.ts";
import {planStages} from "../../participant/index.ts";
import {requirePatients} from "../data-check/examine-data.ts";
import type {LoadedKey} from "./check-state.ts";
import {type Finding, failure, type Loaded, notChecked, pass, warn} from "./finding.ts";

/** The subject of a run, as far as its files can be read. */
export interface Papers {
  readonly roster: Loaded<Roster>;
  readonly plan: Loaded<IdentifiedPlan>;
  readonly task: Loaded<LocatedTask>;
}

function found(check: () => string): Finding {
  try {
    return pass(check());
  } catch (error) {
    return failure(error);
  }
}

/** D07: the roster file. */
export function checkRoster(roster: Loaded<Roster>): Finding {
  if ("error" in roster) return failure(roster.error);
  const {consortium, members} = roster.value;
  const trainers = members.filter(({role}) => role === "trainer").length;
  return pass(`${consortium}: ${members.length} members, ${trainers} of them train`);
}

/** D08: this node's key on the roster. */
export function checkEntry(
  roster: Loaded<Roster>,
  key: LoadedKey,
  {site, wallMs}: {readonly site: string; readonly wallMs: number},
): Finding {
  if ("error" in roster) return notChecked("the roster cannot be read", "D07");
  if ("error" in key || key.value === null) return notChecked("there is no usable key", "D05");
  const {peerId} = key.value;
  try {
    const member = memberOf({site, peerId, roster: roster.value});
    const days = delegationDays(member, wallMs);
    const text = `this key is ${site}, ${member.role}`;
    if (days === null) return pass(text);
    const withDays = `${text}, delegated for ${days} more days`;
    return days < RENEW_WITHIN_DAYS
      ? warn(withDays, "Renew it with `consilium consortium renew`.")
      : pass(withDays);
  } catch (error) {
    return failure(error);
  }
}

/** D09: the plan, and this site's approval of it. */
export function checkApprovedPlan({plan, roster}: Papers, approvedPlan: string): Finding {
  if ("error" in plan) return failure(plan.error);
  if ("error" in roster) return notChecked("the roster cannot be read", "D07");
  return found(() => {
    checkApproval({plan: plan.value, approvedPlan, roster: roster.value});
    return `${plan.value.plan.name}, approved as ${approvedPlan.slice(0, 12)}...`;
  });
}

/** D10: the task file; plan and roster fit it, and the plan's model can be built on it. */
export function checkTask({plan, roster, task}: Papers): Finding {
  if ("error" in task) return failure(task.error);
  if ("error" in plan) return notChecked("the plan cannot be read", "D09");
  if ("error" in roster) return notChecked("the roster cannot be read", "D07");
  return found(() => {
    checkPlan({plan: plan.value, roster: roster.value, task: task.value});
    planStages(plan.value.plan, featuresOf(task.value.task));
    return `${task.value.task.name}, of the plan's contract`;
  });
}

/** D11: the site's data, in no more words than `consilium data check` has for it. */
export async function checkData(
  {task, roster}: Papers,
  site: string,
  examine: (task: LocatedTask) => Promise<{readonly split: SealedSplit; readonly lines: readonly string[]}>,
): Promise<Finding> {
  if ("error" in task) return notChecked("the task file cannot be read", "D10");
  const isTrainer =
    "error" in roster || roster.value.members.some(({name, role}) => name === site && role === "trainer");
  try {
    const {split, lines} = await examine(task.value);
    if (isTrainer) requirePatients(split, site);
    const [features, train] = [/^features +/, /^train +/].map((heading) => {
      const line = present(
        lines.find((text) => heading.test(text)),
        `the line ${heading} on a site's data`,
      );
      return line.replace(heading, "").replaceAll(/ +/g, " ");
    });
    return pass(`read and split; features ${features}; train patients (all, positive, negative) ${train}`);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return failure(error);
  }
}
