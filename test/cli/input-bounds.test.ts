import {execFileSync} from "node:child_process";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {readPlan, readRoster, readSummary, readTrace} from "../../src/cli/input-file.ts";
import {loadExperiment, loadNodeConfig} from "../../src/config/index.ts";
import {errorLine} from "../../src/core/index.ts";
import {readTask} from "../../src/data/index.ts";
import {folderWith, thrownBy} from "../data/workspace.ts";

const READERS: readonly (readonly [string, string, (path: string) => Promise<unknown>, string, string])[] = [
  ["roster", "roster.yaml", readRoster, "CLI_INPUT_TOO_LARGE", "CONSORTIUM_ROSTER_INVALID"],
  ["plan", "plan.yaml", readPlan, "CLI_INPUT_TOO_LARGE", "CONSORTIUM_PLAN_INVALID"],
  ["task", "task.yaml", readTask, "DATA_TASK_INVALID", "DATA_TASK_INVALID"],
  ["node.yaml", "node.yaml", loadNodeConfig, "CONFIG_INVALID", "CONFIG_INVALID"],
  ["experiment", "experiment.yaml", loadExperiment, "CONFIG_EXPERIMENT_INVALID", "CONFIG_EXPERIMENT_INVALID"],
];

async function lineFor(name: string, content: string | Uint8Array, read: (path: string) => Promise<unknown>) {
  const folder = await folderWith({[name]: content});
  return errorLine(await thrownBy(() => read(join(folder, name))));
}

describe("a file that people hand over", () => {
  it.each(READERS)("is refused by its size before it is parsed: %s", async (_, name, read, code) => {
    const member = "  - {name: site, peerId: 12D3KooW, role: trainer}\n";
    const line = await lineFor(name, `members:\n${member.repeat(260_000)}`, read);
    expect(line).toMatch(new RegExp(`^${code}: .*${name.replace(".", "\\.")}:? is larger than 2\\.1 MB\\. `));
  });

  it.each(READERS)(
    "is refused in another encoding, which is named: %s",
    async (...[, name, read, , code]) => {
      const latin1 = Uint8Array.from("title: x\nname: M\u00fcnchen\n", (letter) => letter.charCodeAt(0));
      const line = await lineFor(name, latin1, read);
      expect(line).toMatch(
        new RegExp(`^${code}: .*: is not UTF-8 \\(byte 0xFC on line 2\\), most likely Windows-1252`),
      );
    },
  );

  it.each(READERS)("is refused without waiting for it where it is a pipe: %s", async (_, name, read) => {
    const folder = await folderWith({});
    execFileSync("mkfifo", [join(folder, name)]);
    expect(errorLine(await thrownBy(() => read(join(folder, name))))).toMatch(
      /^(CLI_INPUT|DATA_TASK|CONFIG)_UNREADABLE: .* \(not a plain file\)\. Put the file itself there\.$/,
    );
  });

  it.each(READERS)("may not fill the memory by aliases or depth: %s", async (...[, name, read, , code]) => {
    const letters = "abcdefghijklmnop";
    const bomb = Array.from(letters, (letter, at) =>
      at === 0
        ? "a: &a [x, x, x, x, x, x, x, x, x]"
        : `${letter}: &${letter} [${`*${letters[at - 1]},`.repeat(9)}]`,
    );
    expect(await lineFor(name, bomb.join("\n"), read)).toMatch(new RegExp(`^${code}: .*alias`, "i"));
    for (const deep of ["[".repeat(200_000), "{a: ".repeat(300), "- ".repeat(100_000), "? ".repeat(900)]) {
      expect(await lineFor(name, deep, read)).toMatch(new RegExp(`^${code}: .*is nested too deeply`));
    }
  });

  it("may be larger where this program wrote it, up to a bound that a device meets too", async () => {
    const folder = await folderWith({"trace.cbor": new Uint8Array(3_000_000)});
    expect(await readTrace(join(folder, "trace.cbor"))).toHaveLength(3_000_000);
    expect(errorLine(await thrownBy(() => readPlan("/dev/zero")))).toMatch(
      /^CLI_INPUT_TOO_LARGE: the plan file /,
    );
  });

  it("is a summary only as UTF-8", async () => {
    const folder = await folderWith({"summary.json": Uint8Array.of(0x7b, 0xe4, 0x7d)});
    expect(errorLine(await thrownBy(() => readSummary(folder)))).toMatch(
      /^SIMULATION_SUMMARY_INVALID: .*is not UTF-8/,
    );
  });
});
