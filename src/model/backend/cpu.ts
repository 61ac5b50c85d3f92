import {type BackendAttempt, openTfjs} from "./tfjs.ts";

/** Opens tfjs' backend in plain JavaScript. It works everywhere and is the reference for the others. */
export async function openCpu(): Promise<BackendAttempt> {
  const tf = await import("@tensorflow/tfjs-core");
  await import("@tensorflow/tfjs-backend-cpu");
  return await openTfjs(tf, "cpu", "cpu");
}
