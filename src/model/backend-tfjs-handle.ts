import type * as Tfjs from "@tensorflow/tfjs-core";
import type {BackendName} from "./types.ts";

/** A tfjs engine and the switch that makes one of its backends the current one. */
export interface TfjsHandle {
  readonly name: BackendName;
  readonly tf: typeof Tfjs;
  /** Makes the backend current; must run before every use, as the engine is one per thread. */
  activate(): void;
}
