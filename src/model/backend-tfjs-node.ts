import {createRequire} from "node:module";
import util from "node:util";
import {type BackendAttempt, openTfjs} from "./backend-tfjs.ts";

const PACKAGE = "@tensorflow/tfjs-node";
const REGISTERED = "tensorflow";

/*
 * tfjs-node 4.22.0 calls util.isNullOrUndefined, which Node 23 removed; the mend (tensorflow/tfjs pull request 8425)
 * was never released. It goes with tfjs-node.
 */
function mendUtil(): void {
  if ("isNullOrUndefined" in util) return;
  Object.defineProperty(util, "isNullOrUndefined", {
    configurable: true,
    value: (value: unknown) => value === null || value === undefined,
  });
}

function whyNotLoaded(error: unknown): string {
  if (!(error instanceof Error)) return "its native library cannot be loaded";
  const isAbsent = "code" in error && error.code === "MODULE_NOT_FOUND" && error.message.includes(PACKAGE);
  return isAbsent ? `the package ${PACKAGE} is not installed` : "its native library cannot be loaded";
}

/**
 * TensorFlow's C library through the optional package `@tensorflow/tfjs-node`, when that and its native library
 * are in place. The package brings no types here, so that the project builds without it: it registers itself.
 */
export async function openTfjsNode(): Promise<BackendAttempt> {
  mendUtil();
  try {
    createRequire(import.meta.url)(PACKAGE);
  } catch (error) {
    return {reason: whyNotLoaded(error)};
  }
  const tf = await import("@tensorflow/tfjs-core");
  if (!tf.engine().backendNames().includes(REGISTERED)) {
    return {reason: "it is tied to another copy of @tensorflow/tfjs-core"};
  }
  return await openTfjs(tf, "tfjs-node", REGISTERED);
}
