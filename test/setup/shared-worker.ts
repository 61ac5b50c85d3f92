import process from "node:process";
import {afterAll} from "vitest";
import {changesOf, workerState} from "./worker-state.ts";

const before = workerState();
const uncaught = process.listeners("uncaughtException");
const unhandled = process.listeners("unhandledRejection");

/** Vitest's own, which tfjs' WebAssembly backend takes away with its own when it is freed. */
function giveListenersBack(): void {
  for (const listener of uncaught)
    if (!process.listeners("uncaughtException").includes(listener)) process.on("uncaughtException", listener);
  for (const listener of unhandled)
    if (!process.listeners("unhandledRejection").includes(listener))
      process.on("unhandledRejection", listener);
}

afterAll(() => {
  giveListenersBack();
  const changes = changesOf(before, workerState());
  if (changes.length > 0)
    throw new Error(`left changed for the files that this worker runs next: ${changes.join(", ")}`);
});
