import process from "node:process";
import {afterEach} from "vitest";

declare module "vitest" {
  interface TaskMeta {
    /** Processor time of a file's worker with all its threads, from set-up to the end of its last test; no child processes. */
    processorSeconds?: number;
  }
}

const before = process.cpuUsage();

afterEach(({task}) => {
  const {user, system} = process.cpuUsage(before);
  task.file.meta.processorSeconds = (user + system) / 1e6;
});
