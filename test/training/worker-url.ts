/** The compiled worker, which the global set-up of the tests builds. */
export const workerUrl = new URL("../../dist/training/worker.js", import.meta.url);
