import {readFile} from "node:fs/promises";
import {join, resolve} from "node:path";
import {PassThrough} from "node:stream";
import {describe, expect, it} from "vitest";
import {guardOutput, writeControl} from "../../src/cli/output-guard.ts";
import {folderWith} from "../data/workspace.ts";
import {runProgram} from "./process.ts";

const CLEAR = "\u001b[2J";
const SHOWN = "\\u001b[2J";

describe("what the program writes", () => {
  it("does nothing to a terminal but what the program itself wants", () => {
    const stream = new PassThrough();
    guardOutput(stream);
    stream.write(`title ${CLEAR}\n`);
    writeControl(stream, CLEAR);
    stream.write(Uint8Array.of(0x1b));
    expect(String(stream.read())).toBe(`title ${SHOWN}\n${CLEAR}\u001b`);
  });

  it("is guarded in every command, on both streams", async () => {
    const {status, stderr} = await runProgram(["plan", "show", `absent${CLEAR}.yaml`]);
    expect([status, stderr]).toEqual([66, expect.stringContaining(`absent${SHOWN}.yaml (ENOENT)`)]);
    const preset = await readFile("config/presets/synthetic-heart.task.yaml", "utf8");
    const task = preset
      .replace("title: Synthetic", 'title: "\\u202eSynthetic')
      .replace("invented hospitals\nsynthetic", 'invented hospitals"\nsynthetic')
      .replace("root: ..", `root: ${resolve("config")}`);
    const folder = await folderWith({"task.yaml": task});
    const checked = await runProgram([
      "data",
      "check",
      "--task",
      join(folder, "task.yaml"),
      "--site",
      "north",
    ]);
    expect([checked.status, checked.stdout]).toEqual([
      0,
      expect.stringContaining(": \\u202eSynthetic heart"),
    ]);
  });
});
