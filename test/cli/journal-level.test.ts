import {spawnSync} from "node:child_process";
import {closeSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {describe, expect, it, onTestFinished} from "vitest";
import {createTextSink} from "../../src/cli/daemon/text-log.ts";
import {withJournalLevel} from "../../src/cli/journal-level.ts";
import {createJsonLogger} from "../../src/core/index.ts";

const MAIN = path.resolve(import.meta.dirname, "../../dist/cli/main.js");

describe("a line for systemd's journal", () => {
  it.each([
    ["json", (write: (text: string) => void) => ({write})],
    ["text", createTextSink],
  ] as const)("is filed under its own level, whatever the format: %s", (_, sinkOf) => {
    const written: string[] = [];
    const logger = createJsonLogger(
      "debug",
      sinkOf((text) => written.push(withJournalLevel(text))),
    );
    logger.error("one");
    logger.warn("two");
    logger.info("three");
    logger.debug("four");
    expect(written.map((line) => line.slice(0, 3))).toEqual(["<3>", "<4>", "<6>", "<7>"]);
  });

  it("without a level is information, each line by itself", () => {
    expect(withJournalLevel("consilium 1\nstate x\n")).toBe("<6>consilium 1\n<6>state x\n");
  });

  it("tells the end of a command as an error, where standard error is what JOURNAL_STREAM names alone", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "consilium-journal-"));
    onTestFinished(() => rmSync(folder, {recursive: true}));
    const file = path.join(folder, "stderr");
    const run = (name: (stream: string) => string): string => {
      const descriptor = openSync(file, "w");
      const {dev, ino} = fstatSync(descriptor);
      const env = {...process.env, JOURNAL_STREAM: name(`${dev}:${ino}`)};
      spawnSync(process.execPath, [MAIN, "statsu"], {env, stdio: ["ignore", "ignore", descriptor]});
      closeSync(descriptor);
      return readFileSync(file, "utf8");
    };
    expect(run((stream) => stream)).toMatch(/^<3>CLI_USAGE: .*\n$/);
    expect(run((stream) => `${stream}0`)).toMatch(/^CLI_USAGE: /);
  });
});
