import {contractHash} from "./contract.ts";
import type {SlidesTask, Task} from "./task-schema.ts";

/** Requirements on every site's data, in words that a person can compare. */
export type TaskInput =
  | {readonly kind: "tabular"}
  | ({readonly kind: "slides"; readonly label: string} & Pick<SlidesTask["label"], "negative" | "positive"> &
      Omit<SlidesTask["features"], "range">);

/** The identity of a task in a plan. */
export interface TaskIdentity {
  readonly name: string;
  /** {@link contractHash}: it covers everything that must agree. */
  readonly contract: string;
  readonly input: TaskInput;
}

/** The identity of `task` for a plan. */
export function taskIdentity(task: Task): TaskIdentity {
  const {name} = task;
  const contract = contractHash(task);
  if (task.kind === "tabular") return {name, contract, input: {kind: "tabular"}};
  const {extractor, dimension, tileSizeUm, tileSizePx, tilesPerPatient} = task.features;
  const {column: label, negative, positive} = task.label;
  const features = {extractor, dimension, tileSizeUm, tileSizePx, tilesPerPatient};
  return {name, contract, input: {kind: "slides", ...features, label, negative, positive}};
}

/**
 * The first difference between a site's task and the plan's, as a sentence without a full stop; null if they
 * agree.
 * @param planned as the plan has it
 * @param own of the site's task file
 */
export function taskDifference(planned: TaskIdentity, own: TaskIdentity): string | null {
  if (planned.contract === own.contract) return null;
  const ownTerms = new Map<string, unknown>(Object.entries(own.input));
  for (const [term, value] of Object.entries(planned.input)) {
    const [theirs, ours] = [JSON.stringify(value), JSON.stringify(ownTerms.get(term))];
    if (theirs !== ours)
      return `the task file's ${term} is ${ours ?? "not stated"}, the plan names ${theirs}`;
  }
  return `the task file's data contract is ${own.contract}, the plan names ${planned.contract}`;
}
