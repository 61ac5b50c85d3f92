import {type BackendName, openBackend} from "../../src/model/index.ts";

async function isPresent(name: BackendName): Promise<boolean> {
  return await openBackend(name).then(
    ({backend}) => {
      backend.close();
      return true;
    },
    () => false,
  );
}

/** Whether TensorFlow's native library is in place on this machine. */
export const isNativePresent = await isPresent("tfjs-node");

/** The backends to test: wasm and cpu must work everywhere. */
export const PRESENT_BACKENDS: readonly BackendName[] = isNativePresent
  ? ["wasm", "cpu", "tfjs-node"]
  : ["wasm", "cpu"];
