import {CodedError, present} from "../../core/index.ts";
import {
  FIRST_FAULT,
  featuresOf,
  groupPatients,
  type LocatedTask,
  leftOutText,
  readSite,
  taskDifference,
  taskIdentity,
} from "../../data/index.ts";
import type {VerifiedModel} from "../../lineage/index.ts";
import type {CliErrorCode} from "../errors.ts";
import type {OwnPatients} from "./own-patients.ts";

/** A site whose patients took no part in the run of the model. */
export interface OutsideQuery {
  readonly site: string;
  readonly located: LocatedTask;
  readonly facts: VerifiedModel["facts"];
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads the patients of a site outside the run, all of whom are new to the model.
 * @throws CLI_PLAN_FOREIGN if the task's contract is not the model's; DATA_*
 */
export async function readOutsidePatients(query: OutsideQuery): Promise<OwnPatients> {
  const {site, located, facts, variables} = query;
  const difference = taskDifference(facts.plan.plan.task, taskIdentity(located.task));
  if (difference !== null) {
    throw new CodedError<CliErrorCode>("CLI_PLAN_FOREIGN", difference, {
      hint: "Describe your file as the model's contract.json says: the same columns, units, ranges and categories.",
    });
  }
  const warnings: string[] = [];
  const findings = {
    ...FIRST_FAULT,
    tell: (level: string, text: string) => void warnings.push(`${level}: ${text}`),
  };
  const table = await readSite({...located, site, variables, findings});
  const groups = groupPatients(table, facts.plan.plan.seed, () => "new" as const);
  const leftOut = leftOutText(table);
  return {
    groups,
    features: featuresOf(located.task),
    scaledBy: present(groups.get("new"), "a patient of a table with rows").rows,
    lines: [...warnings, ...(leftOut === null ? [] : [`left out: ${leftOut}`])],
  };
}
