import {defineConfig} from "vitest/config";
import {MUTATED_ROOMS, ROOM_VARIABLE} from "./rooms.ts";

const {[ROOM_VARIABLE]: changed} = process.env;
const rooms = Object.entries(MUTATED_ROOMS).filter(([name]) => changed === undefined || name === changed);

/** The changed room's tests in one worker, with the same draws for each mutant. */
export default defineConfig({
  test: {
    include: rooms.flatMap(([, {tests}]) => tests),
    pool: "threads",
    isolate: false,
    testTimeout: 180_000,
    setupFiles: ["test/setup/polyfill.ts", "test/setup/fixed-draws.ts"],
  },
});
