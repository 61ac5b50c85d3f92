import type {IdentifiedPlan, Roster} from "../../consortium/index.ts";
import {
  externalKeys,
  externalSplit,
  type Feature,
  featuresOf,
  type LocatedTask,
  readSite,
  type SealedSplit,
  type SplitPart,
  splitKeys,
  splitSite,
} from "../../data/index.ts";

/** A site's patients by part, with their keys: for this machine only. */
export interface OwnPatients {
  readonly split: SealedSplit;
  /** Keys as the site's own tables have them, in the order in which the split numbers the patients. */
  readonly keys: Readonly<Record<SplitPart, readonly string[]>>;
  readonly features: readonly Feature[];
}

/** Whose patients are read. */
export interface OwnPatientsQuery {
  readonly site: string;
  readonly located: LocatedTask;
  readonly plan: IdentifiedPlan;
  readonly roster: Roster;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** The patient's key without the site's name before it. */
export function ownKey(site: string, namespaced: string): string {
  return namespaced.slice(site.length + 1);
}

/** Reads this site's patients, split as its daemon splits them. @throws DATA_* */
export async function readOwnPatients({
  site,
  located,
  plan,
  roster,
  variables,
}: OwnPatientsQuery): Promise<OwnPatients> {
  const {task} = located;
  const table = await readSite({...located, site, variables});
  const isEvaluator = roster.members.some(({name, role}) => name === site && role === "evaluator");
  const {seed} = plan.plan;
  const keys = isEvaluator ? externalKeys(table) : splitKeys(table, task, seed);
  const own = (part: SplitPart): string[] => keys[part].map((key) => ownKey(site, key));
  return {
    split: isEvaluator ? externalSplit(table, task) : splitSite(table, task, seed),
    keys: {train: own("train"), validation: own("validation"), test: own("test")},
    features: featuresOf(task),
  };
}
