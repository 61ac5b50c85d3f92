import {parentPort} from "node:worker_threads";
import {isTrap, openHdf5Library} from "./hdf5-library.ts";
import type {Hdf5Answer, Hdf5Request} from "./hdf5-protocol.ts";

/** The whole thread that reads HDF5 files. If the library aborts, the thread ends and is started again. */
const library = await openHdf5Library();
const port = parentPort;

function answerTo(request: Hdf5Request): Hdf5Answer {
  try {
    return library.answer(request);
  } catch (error) {
    if (isTrap(error)) throw error;
    return {kind: "failed"};
  }
}

port?.on("message", (request: Hdf5Request) => {
  const answer = answerTo(request);
  const values = answer.kind === "bytes" ? answer.bytes : answer.kind === "numbers" ? answer.numbers : null;
  port.postMessage(answer, values === null ? [] : [values.buffer as ArrayBuffer]);
});
