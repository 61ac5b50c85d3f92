import {readFileSync} from "node:fs";
import path from "node:path";
import {describe, expect, it} from "vitest";
import {filesWithOwnWorker, needsOwnWorker} from "../setup/own-worker.ts";
import {changesOf, workerState} from "../setup/worker-state.ts";
import {ROOT} from "./planting.ts";
import {filesBelow} from "./sources.ts";

/** Runs `plant`, returns the changes that are found, and undoes them. */
function foundAfter(plant: () => () => void): readonly string[] {
  const before = workerState();
  const putBack = plant();
  try {
    return changesOf(before, workerState());
  } finally {
    putBack();
  }
}

/** Replaces a property; returns a function that restores it. */
function replaced(object: object, key: string, value: unknown): () => void {
  const kept = Object.getOwnPropertyDescriptor(object, key);
  Object.defineProperty(object, key, {configurable: true, writable: true, value});
  return () => {
    Reflect.deleteProperty(object, key);
    if (kept !== undefined) Object.defineProperty(object, key, kept);
  };
}

function variable(name: string, value: string): () => void {
  const kept = process.env[name];
  process.env[name] = value;
  return () => {
    if (kept === undefined) delete process.env[name];
    else process.env[name] = kept;
  };
}

function exitCode(): () => void {
  process.exitCode = 3;
  return () => {
    process.exitCode = undefined;
  };
}

function folder(): () => void {
  const kept = process.cwd();
  process.chdir("/");
  return () => process.chdir(kept);
}

describe("a test file that shares its worker", () => {
  it.each<[string, () => () => void]>([
    ["process.cwd()", folder],
    ["process.env.CONSILIUM_PLANTED", () => variable("CONSILIUM_PLANTED", "1")],
    ["process.env.PATH", () => variable("PATH", "")],
    ["process.exitCode", exitCode],
    ["console.log", () => replaced(console, "log", () => {})],
    ["process.stderr.write", () => replaced(process.stderr, "write", () => true)],
    ["Date.now", () => replaced(Date, "now", () => 0)],
    ["Math.random", () => replaced(Math, "random", () => 0)],
    ["fetch", () => replaced(globalThis, "fetch", () => {})],
    ["document", () => replaced(globalThis, "document", {})],
  ])("is told of leaving %s changed", (name, plant) => {
    expect(foundAfter(plant)).toEqual([name]);
    expect(foundAfter(() => () => {})).toEqual([]);
  });

  it("puts no other module in the place of a real one: that takes a worker of its own", () => {
    const vi = "vi";
    for (const call of ['mock("./a.ts")', "doMock(a)", "resetModules()", " . unmock(a)"])
      expect(
        needsOwnWorker(`import {vi} from "vitest";\n${vi}${call.startsWith(" ") ? "" : "."}${call};`),
        call,
      ).toBe(true);
    for (const call of ['spyOn(console, "log")', 'stubEnv("A", "1")', "fn()"])
      expect(needsOwnWorker(`${vi}.${call};`), call).toBe(false);
    expect(needsOwnWorker(`setFlagsFromString("--expose-${"gc"}");`)).toBe(true);
    const found = filesWithOwnWorker(ROOT);
    expect(found).toContain("test/data/large-slides.test.ts");
    expect(found).toContain("test/gossip/adversary/planted-faults.test.ts");
    const helpers = filesBelow("test").filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
    const hidden = helpers.filter((file) => needsOwnWorker(readFileSync(path.join(ROOT, file), "utf8")));
    expect(hidden, "only a test file itself may").toEqual([]);
  });
});
