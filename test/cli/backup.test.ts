import {rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {endOf} from "./in-process.ts";
import {type SmallConsortium, smallConsortium} from "./small-consortium.ts";

const SECRET = {CONSILIUM_BACKUP_PASSPHRASE: "a passphrase of some length"};

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
