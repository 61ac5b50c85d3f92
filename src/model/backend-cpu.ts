import {type BackendAttempt, openTfjs} from "./backend-tfjs.ts";

/** tfjs' backend in plain JavaScript: works everywhere, and is the yardstick for the others. */
export async function openCpu(): Promise<BackendAttempt> {
  const tf = await import("@tensorflow/tfjs-core");
  await import("@tensorflow/tfjs-backend-cpu");
  return await openTfjs(tf, "cpu", "cpu");
}
