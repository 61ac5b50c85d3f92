import {existsSync, readFileSync} from "node:fs";
import process from "node:process";
import {afterEach} from "vitest";

declare module "vitest" {
  interface TaskMeta {
    /** Processor time of a file's worker, its threads and its ended children, from set-up to the end of its last test. */
    processorSeconds?: number;
  }
}

const KERNEL_FIGURES = "/proc/self/stat";
const TICKS_PER_SECOND = 100;

/** Processor time of the children that have ended, where the kernel tells it: proc(5), cutime and cstime. */
function childSeconds(): number {
  if (!existsSync(KERNEL_FIGURES)) return 0;
  const [, behindName = ""] = /.*\) (.*)/s.exec(readFileSync(KERNEL_FIGURES, "utf8")) ?? [];
  const [user = "0", system = "0"] = behindName.split(" ").slice(13, 15);
  return (Number(user) + Number(system)) / TICKS_PER_SECOND;
}

function ownSeconds(): number {
  const {user, system} = process.cpuUsage();
  return (user + system) / 1e6;
}

const before = ownSeconds() + childSeconds();

afterEach(({task}) => {
  task.file.meta.processorSeconds = ownSeconds() + childSeconds() - before;
});
