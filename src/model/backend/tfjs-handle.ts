import type * as Tfjs from "@tensorflow/tfjs-core";
import type {BackendName} from "../types.ts";

/** A tfjs engine and the switch that makes one of its backends the current one. */
export interface TfjsHandle {
  readonly name: BackendName;
  readonly tf: typeof Tfjs;
  /** Makes the backend current. Must run before every use, because there is one engine per thread. */
  activate(): void;
}
