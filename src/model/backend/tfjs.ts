import type * as Tfjs from "@tensorflow/tfjs-core";
import {
  present,
  restoreUncaughtListeners,
  type UncaughtListener,
  uncaughtListeners,
} from "../../core/index.ts";
import type {BackendName, ComputeBackend} from "../types.ts";
import {buildTfjsModel} from "./tfjs-model.ts";

/** A backend, or the reason that there is none. */
export type BackendAttempt =
  | {readonly backend: ComputeBackend}
  | {
      /** One sentence without a full stop. */
      readonly reason: string;
    };

/** Number of open {@link ComputeBackend}s for each registered tfjs backend of this thread. */
const openCounts = new Map<string, number>();

function isRightProduct(tf: typeof Tfjs): boolean {
  const product = tf.tidy(() => {
    const left = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    const right = tf.tensor2d([5, 6, 7, 8], [2, 2]);
    return tf.matMul(left, right).dataSync<"float32">().join(" ");
  });
  return product === "19 22 43 50";
}

/**
 * Frees a backend's memory. Its factory is registered again, because tfjs forgets it and a later opening
 * needs it.
 */
function free(tf: typeof Tfjs, registered: string): void {
  const factory = tf.findBackendFactory(registered);
  const kept = uncaughtListeners().filter(
    ({listener}) => addedListeners.get(registered)?.has(listener) !== true,
  );
  tf.removeBackend(registered);
  // tfjs' WebAssembly backend removes all listeners along with its own.
  restoreUncaughtListeners(kept);
  tf.registerBackend(registered, factory);
}

/** Listeners for uncaught errors that a started backend added, by its registered name. */
const addedListeners = new Map<string, ReadonlySet<UncaughtListener["listener"]>>();

/** Starts a registered backend. @returns whether it started */
async function start(tf: typeof Tfjs, registered: string): Promise<boolean> {
  const before = new Set(uncaughtListeners().map(({listener}) => listener));
  const hasStarted = await tf.setBackend(registered);
  const added = uncaughtListeners().flatMap(({listener}) => (before.has(listener) ? [] : [listener]));
  if (added.length > 0) addedListeners.set(registered, new Set(added));
  return hasStarted;
}

/**
 * Starts a registered tfjs backend and checks it with one matrix product.
 * @param name our name for it
 * @param registered its name in tfjs
 */
export async function openTfjs(
  tf: typeof Tfjs,
  name: BackendName,
  registered: string,
): Promise<BackendAttempt> {
  tf.enableProdMode();
  if (!(await start(tf, registered))) return {reason: "it did not start"};
  if (!isRightProduct(tf)) return {reason: "it gave a wrong matrix product"};
  openCounts.set(registered, (openCounts.get(registered) ?? 0) + 1);

  // A backend that has started becomes current before setBackend first yields, so the promise need not be
  // awaited.
  const activate = (): void => {
    if (tf.getBackend() !== registered) void tf.setBackend(registered);
  };
  let isOpen = true;
  const backend: ComputeBackend = {
    name,
    build: (spec, inputWidth, classes = 2) =>
      buildTfjsModel({name, tf, activate}, spec, {inputWidth, classes}),
    close() {
      if (!isOpen) return;
      isOpen = false;
      const left = present(openCounts.get(registered), "the number of open backends") - 1;
      openCounts.set(registered, left);
      if (left === 0) free(tf, registered);
    },
  };
  return {backend};
}
