import {fromString, toString} from "uint8arrays";
import {describe, expect, it} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import {writeDurably} from "../../src/storage/files/write-durably.ts";
import {type FileSystem, openStateDirectory, type RunStorage} from "../../src/storage/index.ts";
import {createCrashFileSystem, type Fate, PowerCut} from "./crash-file-system.ts";

const RUN = "0123456789abcdef0123456789abcdef";
const MODEL = fromString("model");
const MODEL_HASH = "9372c470eeadd5ecd9c3c74c2b3cb633f8e2f2fad799250a0f70d652b6b825e4";

/** All unsynced changes are lost, all are kept, or some, by three seeds. */
const FATES: readonly [string, () => Fate][] = [
  ["all lost", () => () => 0],
  ["all kept", () => (count) => count],
  ...[1, 2, 3].map((seed): [string, () => Fate] => [
    `seed ${seed}`,
    () => {
      const random = createRandom({seed, site: "", round: 0, purpose: "crash"});
      return (count) => random.below(Math.max(1, count + 1));
    },
  ]),
];

interface Step {
  readonly act: (run: RunStorage) => Promise<unknown>;
  /** The journal's records after it. */
  readonly records: readonly string[];
}

const STEPS: readonly Step[] = [
  {
    act: ({journal}) => Promise.all([journal.append(fromString("a")), journal.append(fromString("b"))]),
    records: ["a", "b"],
  },
  {act: ({journal}) => journal.append(fromString("c")), records: ["a", "b", "c"]},
  {act: ({journal}) => journal.compact([fromString("x"), fromString("y")]), records: ["x", "y"]},
  {act: ({journal}) => journal.append(fromString("d")), records: ["x", "y", "d"]},
];

/** Runs the steps until one fails; how many were done, and what failed. */
async function runSteps(files: FileSystem): Promise<{done: number; failure?: unknown}> {
  let done = 0;
  try {
    const state = await openStateDirectory("/state", files);
    const run = await state.openRun(RUN);
    for (const step of STEPS) {
      await step.act(run);
      done += 1;
    }
    return {done};
  } catch (failure) {
    return {done, failure};
  }
}

async function recordsAfter(files: FileSystem): Promise<readonly string[]> {
  const state = await openStateDirectory("/state", files);
  const run = await state.openRun(RUN);
  const records = run.journal.entries().map((record) => toString(record));
  // The journal must also take what comes next.
  await run.journal.append(fromString("next"));
  await state.close();
  return records;
}

async function operationsOf(scenario: (files: FileSystem) => Promise<unknown>): Promise<number> {
  const files = createCrashFileSystem();
  await scenario(files);
  return files.operations();
}

describe.each(FATES)("after a loss of power at any operation (%s)", (_, fateOf) => {
  it("the journal holds what it held before the interrupted step, or after it", async () => {
    const operations = await operationsOf(runSteps);
    expect(operations).toBeGreaterThan(20);
    for (let at = 1; at <= operations; at++) {
      const files = createCrashFileSystem();
      files.cutPowerAt(at);
      const {done, failure} = await runSteps(files);
      expect(failure, `operation ${at}`).toBeInstanceOf(PowerCut);
      files.restart(fateOf());
      const legal = [STEPS[done - 1]?.records ?? [], STEPS[done]?.records];
      expect(legal, `operation ${at}`).toContainEqual(await recordsAfter(files));
      files.restart(() => 0);
      expect((await recordsAfter(files)).at(-1), `operation ${at}, second restart`).toBe("next");
    }
  });

  it("a file that is replaced holds the old bytes or the new ones", async () => {
    const replace = async (files: FileSystem): Promise<void> => {
      await files.makeDirectory("/d");
      await writeDurably(files, "/d/f", fromString("old"));
      await writeDurably(files, "/d/f", fromString("new, and longer"));
    };
    const operations = await operationsOf(replace);
    for (let at = 1; at <= operations; at++) {
      const files = createCrashFileSystem();
      files.cutPowerAt(at);
      await expect(replace(files), `operation ${at}`).rejects.toBeInstanceOf(PowerCut);
      files.restart(fateOf());
      const bytes = await files.read("/d/f");
      const legal = at <= 6 ? [undefined, "old"] : ["old", "new, and longer"];
      expect(legal, `operation ${at}`).toContain(bytes === undefined ? undefined : toString(bytes));
    }
  });

  it("a node key or a model is there whole or not at all, and never changes", async () => {
    const create = async (files: FileSystem): Promise<void> => {
      const state = await openStateDirectory("/state", files);
      await state.createNodeKey();
      const run = await state.openRun(RUN);
      await run.models.put(MODEL_HASH, MODEL);
    };
    const operations = await operationsOf(create);
    for (let at = 1; at <= operations; at++) {
      const files = createCrashFileSystem();
      files.cutPowerAt(at);
      await expect(create(files), `operation ${at}`).rejects.toBeInstanceOf(PowerCut);
      files.restart(fateOf());
      const state = await openStateDirectory("/state", files);
      const found = await state.readNodeKey();
      const seed = found ?? (await state.createNodeKey());
      await expect(state.readNodeKey(), `operation ${at}`).resolves.toEqual(seed);
      const run = await state.openRun(RUN);
      expect([undefined, "model"], `operation ${at}`).toContain(
        await run.models.get(MODEL_HASH).then((bytes) => (bytes === undefined ? undefined : toString(bytes))),
      );
    }
  });
});

describe.each([
  ["ENOSPC", "STORAGE_FULL"],
  ["EROFS", "STORAGE_UNWRITABLE"],
])("when any operation fails with %s", (systemCode, code) => {
  it(`tells ${code}, takes nothing more, and has lost nothing at the restart`, async () => {
    const operations = await operationsOf(runSteps);
    let failed = 0;
    for (let at = 1; at <= operations; at++) {
      const files = createCrashFileSystem();
      files.failAt(at, systemCode);
      const {done, failure} = await runSteps(files);
      expect(failure, `operation ${at}`).toMatchObject({code});
      failed += 1;
      files.restart((count) => count);
      const legal = [STEPS[done - 1]?.records ?? [], STEPS[done]?.records];
      expect(legal, `operation ${at}`).toContainEqual(await recordsAfter(files));
    }
    expect(failed).toBe(operations);
  });
});
