import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import fc from "fast-check";
import {fromString, toString} from "uint8arrays";
import {expect, it} from "vitest";
import {sha256, toHex} from "../../src/core/index.ts";
import {backupState} from "../../src/storage/backup/backup-state.ts";
import {nodeFileSystem} from "../../src/storage/files/file-system.ts";
import {
  type FileSystem,
  type OpenFile,
  openStateDirectory,
  type RunStorage,
  restoreState,
} from "../../src/storage/index.ts";

const PASSPHRASE = "a passphrase of some length";
const RUN = "0123456789abcdef0123456789abcdef";

const modelOf = (round: number): Uint8Array =>
  fromString(`the model of round ${round} `.repeat(1 + (round % 3)));
const hashOf = (round: number): string => toHex(sha256(modelOf(round)));

/** What a daemon does in a round, one durable operation after the other: the model, the record that names it, the old one. */
function* daemonSteps({journal, models}: RunStorage): Generator<() => Promise<void>> {
  for (let round = 0; ; round++) {
    yield () => models.put(hashOf(round), modelOf(round));
    yield () => journal.append(fromString(String(round)));
    if (round % 5 === 4) {
      const kept = [round - 1, round].map((one) => fromString(String(one)));
      yield () => journal.compact(kept);
    }
    if (round >= 2) yield () => models.remove(hashOf(round - 2));
  }
}

const unsynced = (file: OpenFile): OpenFile => ({...file, async sync() {}});

/** The machine's own, which does not wait for the disk. */
const QUICK: FileSystem = {
  ...nodeFileSystem,
  create: async (path, mode) => unsynced(await nodeFileSystem.create(path, mode)),
  append: async (path) => unsynced(await nodeFileSystem.append(path)),
  async syncDirectory() {},
};

/** The machine's file system, where `between` has its turn before whatever a backup asks of the state. */
function interrupted(between: () => Promise<void>): FileSystem {
  const after =
    <Given extends unknown[], Result>(act: (...given: Given) => Promise<Result>) =>
    async (...given: Given): Promise<Result> => {
      await between();
      return act(...given);
    };
  return {...QUICK, list: after(QUICK.list), hold: after(QUICK.hold)};
}

async function inFolder(action: (root: string) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "consilium-beside-"));
  try {
    await action(root);
  } finally {
    await rm(root, {recursive: true, force: true});
  }
}

it("a backup beside a running daemon holds what a crash at one moment would have left", async () => {
  // How many operations of the daemon come before the first of the backup, and then between each two of its own.
  const pace = fc.array(fc.nat({max: 4}), {minLength: 4, maxLength: 40});
  await fc.assert(
    fc.asyncProperty(fc.nat({max: 20}), pace, async (before, turns) => {
      await inFolder(async (root) => {
        const state = join(root, "state");
        const directory = await openStateDirectory(state, QUICK);
        await directory.createNodeKey();
        const steps = daemonSteps(await directory.openRun(RUN));
        const go = async (count: number): Promise<void> => {
          for (let step = 0; step < count; step++) await steps.next().value();
        };
        await go(before);
        const remaining = [...turns];
        // At its end the daemon rests, as between two rounds.
        const files = interrupted(() => go(remaining.shift() ?? 0));
        const target = join(root, "node.backup");
        await backupState(state, target, PASSPHRASE, {files, costBits: 4});
        await directory.close();

        const other = join(root, "other");
        await restoreState(target, other, PASSPHRASE, {files: QUICK});
        const restored = await openStateDirectory(other, QUICK);
        const {journal, models} = await restored.openRun(RUN);
        const rounds = journal.entries().map((record) => Number(toString(record)));
        const [first = 0] = rounds;
        expect(rounds).toEqual(rounds.map((_, index) => first + index));
        // The last two rounds' models are kept: both must be there, whole.
        for (const round of rounds.slice(-2))
          expect(toString((await models.get(hashOf(round))) ?? fromString("absent"))).toBe(
            toString(modelOf(round)),
          );
        await restored.close();
      });
    }),
    {numRuns: 25},
  );
});

it("a daemon that never rests is told of in one line, and no half of a backup is left", async () => {
  await inFolder(async (root) => {
    const state = join(root, "state");
    const directory = await openStateDirectory(state, QUICK);
    const {models} = await directory.openRun(RUN);
    let round = 0;
    const files = interrupted(async () => {
      await models.put(hashOf(round), modelOf(round));
      if (round > 0) await models.remove(hashOf(round - 1));
      round += 1;
    });
    const target = join(root, "node.backup");
    await expect(backupState(state, target, PASSPHRASE, {files, costBits: 4})).rejects.toMatchObject({
      code: "STORAGE_BACKUP_RESTLESS",
    });
    expect(await nodeFileSystem.list(root)).toEqual(["state"]);
    await directory.close();
  });
});
