import type {IdentifiedPlan} from "../../consortium/index.ts";
import {formatBytes, isCoded} from "../../core/index.ts";
import {featuresOf, type LocatedTask} from "../../data/index.ts";
import {planStages} from "../../participant/index.ts";
import type {Papers} from "./check-papers.ts";
import {type Finding, fail, notChecked, pass, warn} from "./finding.ts";

/** The flight recorder's eight files of 4 MiB, one of which may be twice as long, and the journal. */
const DISK_BASE_BYTES = 64 * 1024 * 1024;
/**
 * Results and contributions on disk beside those kept by the plan: the round's, its attempts', the site's
 * own.
 */
const EXTRA_MODELS = 6;
const DISK_COMFORT = 4;
/** A daemon with its backend and a small model takes 185 MB at most (Node 20, WebAssembly). */
const MEMORY_BASE_BYTES = 300 * 1024 * 1024;
/**
 * Copies of the model at the peak: snapshot, update, sums and result; in training, gradient and moments.
 * Measured as the peak of a site of two above that: 291 MB for a dense model of 9.1 MB, 752 MB for one of 36
 * MB.
 */
const MEMORY_COPIES = 24;

/** Bytes of one model of the run on disk, including everything that it carries. */
function modelBytes({plan}: IdentifiedPlan, {task}: LocatedTask): number {
  const stages = planStages(plan, featuresOf(task));
  return 4 * stages.shapeOf(stages.rounds - 1).values;
}

/** Bytes of one model, or undefined if plan or task cannot be read or do not fit. */
function knownModelBytes({plan, task}: Papers): number | undefined {
  if ("error" in plan || "error" in task) return undefined;
  try {
    return modelBytes(plan.value, task.value);
  } catch (error) {
    if (isCoded(error)) return undefined;
    throw error;
  }
}

/** D12: room on the state directory's disk. @param freeBytes for this user; null if unknown */
export function checkDisk(papers: Papers, freeBytes: number | null): Finding {
  const model = knownModelBytes(papers);
  if (model === undefined || "error" in papers.plan)
    return notChecked("the size of the model is not known", "D09 and D10");
  if (freeBytes === null) return notChecked("the file system does not tell its free space", "D04");
  const kept = papers.plan.value.plan.retention.models + EXTRA_MODELS;
  const needed = DISK_BASE_BYTES + kept * model;
  const text = `${formatBytes(freeBytes)} free; the run needs about ${formatBytes(needed)} (${kept} models of ${formatBytes(model)})`;
  const mend = "Free space on that disk, or move the state directory to another.";
  if (freeBytes < needed) return fail("CLI_DOCTOR_DISK", text, mend);
  return freeBytes < DISK_COMFORT * needed ? warn(text, mend) : pass(text);
}

/** Memory that this process may have. */
export interface MemoryFacts {
  /** Limit of the machine, or of the control group if that is less. */
  readonly limitBytes: number;
  readonly availableBytes: number;
}

/** D13: memory. The site's own data come on top, because they are in memory too. */
export function checkMemory(papers: Papers, {limitBytes, availableBytes}: MemoryFacts): Finding {
  const model = knownModelBytes(papers);
  if (model === undefined) return notChecked("the size of the model is not known", "D09 and D10");
  const needed = MEMORY_BASE_BYTES + MEMORY_COPIES * model;
  const text = `${formatBytes(availableBytes)} of ${formatBytes(limitBytes)} available; the run needs about ${formatBytes(needed)}, and the data's size`;
  const mend = "Give the daemon more memory, or its control group a higher limit.";
  if (limitBytes < needed) return fail("CLI_DOCTOR_MEMORY", text, mend);
  return availableBytes < needed ? warn(text, mend) : pass(text);
}
