import {createRequire} from "node:module";
import type * as WasmBackend from "@tensorflow/tfjs-backend-wasm";
import type * as Tfjs from "@tensorflow/tfjs-core";

/*
 * tfjs is CommonJS. `import` would search its megabytes for the names that they export, which takes longer than to run
 * them: 0.15 s of processor time in each training thread.
 */
const require = createRequire(import.meta.url);

/** Loads tfjs' core into this thread. */
export function loadTfjs(): typeof Tfjs {
  return require("@tensorflow/tfjs-core");
}

/** Loads tfjs' backend in plain JavaScript, which registers itself as `cpu`. */
export function loadCpuBackend(): void {
  require("@tensorflow/tfjs-backend-cpu");
}

/** Loads tfjs' WebAssembly backend, which registers itself as `wasm`. */
export function loadWasmBackend(): typeof WasmBackend {
  return require("@tensorflow/tfjs-backend-wasm");
}
