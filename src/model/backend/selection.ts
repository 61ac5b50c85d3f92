import {createRequire} from "node:module";
import {dirname, sep} from "node:path";
import {CodedError} from "../../core/index.ts";
import type {ModelErrorCode} from "../errors.ts";
import type {BackendName, BackendPreference, OpenedBackend, PassedOver} from "../types.ts";
import {type BackendAttempt, openTfjs} from "./tfjs.ts";
import {loadCpuBackend, loadTfjs, loadWasmBackend} from "./tfjs-modules.ts";
import {openTfjsNode} from "./tfjs-node.ts";
import {registerWasmKernels} from "./wasm-kernels/register-kernels.ts";

/**
 * Opens tfjs' WebAssembly backend (XNNPACK, SIMD, one thread) from the package's own files, with our training
 * kernels.
 * @see https://www.npmjs.com/package/@tensorflow/tfjs-backend-wasm
 */
async function openWasm(): Promise<BackendAttempt> {
  const tf = loadTfjs();
  const {setWasmPaths} = loadWasmBackend();
  const module = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(dirname(module) + sep);
  registerWasmKernels(tf);
  return await openTfjs(tf, "wasm", "wasm");
}

/** Opens tfjs' backend in plain JavaScript. It works everywhere and is the reference for the others. */
async function openCpu(): Promise<BackendAttempt> {
  const tf = loadTfjs();
  loadCpuBackend();
  return await openTfjs(tf, "cpu", "cpu");
}

const FASTEST_FIRST: readonly BackendName[] = ["tfjs-node", "wasm", "cpu"];

const OPENERS: Record<BackendName, () => Promise<BackendAttempt>> = {
  "tfjs-node": openTfjsNode,
  wasm: openWasm,
  cpu: openCpu,
};

const CPU_WARNING =
  "training runs in plain JavaScript, about ten times slower than WebAssembly for all but the smallest models";

async function attempt(name: BackendName): Promise<BackendAttempt> {
  try {
    return await OPENERS[name]();
  } catch (error) {
    return {reason: `it failed to start: ${error instanceof Error ? error.message : String(error)}`};
  }
}

/**
 * Opens a compute backend in this thread: the named one, or the first of tfjs-node, wasm and cpu that works
 * here. Only this loads tfjs; the rest of the room costs no memory.
 * @throws MODEL_BACKEND_MISSING if the named one cannot run here
 */
export async function openBackend(preference: BackendPreference): Promise<OpenedBackend> {
  const passedOver: PassedOver[] = [];
  for (const name of preference === "auto" ? FASTEST_FIRST : [preference]) {
    const result = await attempt(name);
    if ("backend" in result) {
      return {backend: result.backend, passedOver, warning: name === "cpu" ? CPU_WARNING : null};
    }
    passedOver.push({name, reason: result.reason});
  }
  const reasons = passedOver.map(({name, reason}) => `${name}: ${reason}`).join("; ");
  throw new CodedError<ModelErrorCode>("MODEL_BACKEND_MISSING", `no compute backend (${reasons})`, {
    data: {backend: preference},
    hint: 'Set "backend: auto" to use the fastest that works on this machine.',
  });
}
