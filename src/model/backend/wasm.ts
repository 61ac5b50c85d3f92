import {createRequire} from "node:module";
import {dirname, sep} from "node:path";
import {type BackendAttempt, openTfjs} from "./tfjs.ts";
import {registerWasmKernels} from "./wasm-kernels/register-kernels.ts";

/**
 * Opens tfjs' WebAssembly backend (XNNPACK, SIMD, one thread) from the package's own files, with our training
 * kernels.
 * @see https://www.npmjs.com/package/@tensorflow/tfjs-backend-wasm
 */
export async function openWasm(): Promise<BackendAttempt> {
  const tf = await import("@tensorflow/tfjs-core");
  const {setWasmPaths} = await import("@tensorflow/tfjs-backend-wasm");
  const module = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(dirname(module) + sep);
  registerWasmKernels(tf);
  return await openTfjs(tf, "wasm", "wasm");
}
