import {createRequire} from "node:module";
import util from "node:util";
import {type BackendAttempt, openTfjs} from "./tfjs.ts";
import {loadTfjs} from "./tfjs-modules.ts";

const PACKAGE = "@tensorflow/tfjs-node";
/**
 * Path at which the package looks for its addon. 8 is the highest Node-API version that 4.22.0 knows; Node 20
 * has 9.
 */
const ADDON = `${PACKAGE}/lib/napi-v8/tfjs_binding.node`;
const REGISTERED = "tensorflow";

const require = createRequire(import.meta.url);

/*
 * Restores util.isNullOrUndefined, which tfjs-node 4.22.0 calls and Node 23 removed. The fix (tensorflow/tfjs
 * pull request 8425) was never released. This can be removed together with tfjs-node.
 */
function mendUtil(): void {
  if ("isNullOrUndefined" in util) return;
  Object.defineProperty(util, "isNullOrUndefined", {
    configurable: true,
    value: (value: unknown) => value === null || value === undefined,
  });
}

function isResolvable(module: string): boolean {
  try {
    require.resolve(module);
    return true;
  } catch {
    return false;
  }
}

/**
 * Describes what is missing. It does not load the package, which would take 40 MB and a second to find out.
 */
function whatIsMissing(): string | undefined {
  if (isResolvable(ADDON)) return undefined;
  return isResolvable(`${PACKAGE}/package.json`)
    ? "its native library is not installed (see docs/tfjs-node)"
    : `the package ${PACKAGE} is not installed`;
}

/**
 * Opens TensorFlow's C library through the optional package `@tensorflow/tfjs-node`, if that and its native
 * library are installed (docs/tfjs-node.md). The package registers itself, and its types are not needed.
 */
export async function openTfjsNode(): Promise<BackendAttempt> {
  const missing = whatIsMissing();
  if (missing !== undefined) return {reason: missing};
  mendUtil();
  try {
    require(PACKAGE);
  } catch (error) {
    const [why] = (error instanceof Error ? error.message : String(error)).split("\n");
    return {reason: `its native library cannot be loaded (${why})`};
  }
  const tf = loadTfjs();
  if (!tf.engine().backendNames().includes(REGISTERED)) {
    return {reason: "it is tied to another copy of @tensorflow/tfjs-core"};
  }
  return await openTfjs(tf, "tfjs-node", REGISTERED);
}
