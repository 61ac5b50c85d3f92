import type {Kernels} from "./kernels.ts";
import {plainKernels} from "./plain.ts";
import {openWasmKernels} from "./wasm.ts";

/** The fastest kernels that run here; all give the same bytes. */
export const kernels: Kernels = openWasmKernels() ?? plainKernels;
