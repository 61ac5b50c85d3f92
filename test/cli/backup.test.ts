import {rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, it, vi} from "vitest";
import {loadCommands} from "../../src/cli/commands/registry.ts";
import {reportFailure} from "../../src/cli/process-end.ts";
import {runProgram} from "../../src/cli/program.ts";
import type {Ended} from "./process.ts";
import {type SmallConsortium, smallConsortium} from "./small-consortium.ts";

const SECRET = {CONSILIUM_BACKUP_PASSPHRASE: "a passphrase of some length"};

/** Runs `consilium ...words` in this process as the program's main module does; test/process/backup.test.ts starts it. */
async function endOf(words: readonly string[], variables: NodeJS.ProcessEnv): Promise<Ended> {
  const told = {stdout: "", stderr: ""};
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  vi.spyOn(console, "log").mockImplementation((text: string) => void (told.stdout += `${text}\n`));
  vi.spyOn(console, "error").mockImplementation((text: string) => void (told.stderr += `${text}\n`));
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    told.stderr += String(text);
    return true;
  });
  try {
    const status = await runProgram(words, await loadCommands(words), "1.2.3").catch(reportFailure);
    return {status, ...told};
  } finally {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  }
}

describe("a mistake with a backup gets one line and a documented exit status:", () => {
  it.each<[string, (of: SmallConsortium) => Promise<readonly [string[], NodeJS.ProcessEnv]>, number, RegExp]>(
    [
      [
        "no passphrase",
        async ({root}) => [["backup", join(root, "b")], {}],
        78,
        /^CONFIG_PASSPHRASE_MISSING: .*--passphrase-file/,
      ],
      [
        "a passphrase of a few letters",
        async ({root}) => [["backup", join(root, "b")], {CONSILIUM_BACKUP_PASSPHRASE: "short"}],
        78,
        /^CONFIG_PASSPHRASE_INVALID: .*openssl/,
      ],
      [
        "a passphrase that others may read",
        async ({root}) => {
          await writeFile(join(root, "p"), "a passphrase of some length\n", {mode: 0o644});
          return [["backup", join(root, "b"), "--passphrase-file", join(root, "p")], {}];
        },
        77,
        /^CONFIG_SECRET_UNSAFE: .*chmod 600/,
      ],
      [
        "a folder that is not there",
        async ({root}) => [["backup", join(root, "no", "b")], SECRET],
        77,
        /^STORAGE_UNWRITABLE: .*\(ENOENT\)/,
      ],
      [
        "no state directory",
        async ({root, first}) => {
          await rm(first.state, {recursive: true});
          return [["backup", join(root, "b")], SECRET];
        },
        66,
        /^STORAGE_STATE_MISSING: /,
      ],
      [
        "a backup that is not there",
        async ({root, first}) => {
          await rm(first.state, {recursive: true});
          return [["restore", join(root, "b")], SECRET];
        },
        66,
        /^STORAGE_BACKUP_MISSING: /,
      ],
      [
        "a file that is no backup",
        async ({root, first}) => {
          await rm(first.state, {recursive: true});
          return [["restore", join(root, "plan.yaml")], SECRET];
        },
        65,
        /^STORAGE_BACKUP_FOREIGN: /,
      ],
      [
        "another passphrase",
        async ({root, first}) => {
          await endOf(["backup", join(root, "b"), "--config", first.configPath], SECRET);
          await rm(first.state, {recursive: true});
          await writeFile(join(root, "p"), "quite another passphrase\n", {mode: 0o600});
          return [["restore", join(root, "b"), "--passphrase-file", join(root, "p")], SECRET];
        },
        77,
        /^STORAGE_BACKUP_PASSPHRASE: /,
      ],
    ],
  )("%s", async (_, make, status, line) => {
    const consortium = await smallConsortium();
    const [words, variables] = await make(consortium);
    const ended = await endOf([...words, "--config", consortium.first.configPath], variables);
    expect(ended.stderr).toMatch(line);
    expect([ended.stderr.trimEnd().split("\n").length, ended.status, ended.stdout]).toEqual([1, status, ""]);
  });
});
