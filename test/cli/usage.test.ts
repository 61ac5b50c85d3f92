import {afterEach, describe, expect, it, vi} from "vitest";
import {loadCommands} from "../../src/cli/commands/registry.ts";
import {EXIT_STATUSES, exitStatusOf} from "../../src/cli/exit-status.ts";
import {runProgram} from "../../src/cli/program.ts";
import {errorLine} from "../../src/core/index.ts";

const commands = await loadCommands([]);

/** What `consilium ...words` prints on standard output. */
async function printed(words: readonly string[]): Promise<string> {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  expect(await runProgram(words, commands, "1.2.3")).toBe(0);
  return log.mock.calls.map(([text]) => `${String(text)}\n`).join("");
}

afterEach(() => void vi.restoreAllMocks());

describe("the command line", () => {
  it.each([
    [["start", "--confg", "x"], "unknown flag --confg. Did you mean --config?"],
    [["start", "--zzzz", "x"], "unknown flag --zzzz. Known: --config, --help."],
    [["plan", "show", "p", "--rooster", "x"], "unknown flag --rooster. Did you mean --roster?"],
    [["compare", "a", "b", "--zzzz"], "unknown flag --zzzz. Known: --all, --json, --help."],
    [["start"], "Missing required argument: config. See `consilium --help`."],
    [["start", "--config"], "Not enough arguments following: config. See `consilium --help`."],
    [["start", "--config", "a", "b"], "Unknown argument: b. See `consilium --help`."],
    [["strat"], "unknown command. Did you mean start?"],
    [["stat"], "unknown command. Did you mean status?"],
    [["plan"], "`plan` needs a command after it. See `consilium --help`."],
    [["plan", "shwo"], "unknown command. Did you mean show?"],
    [[], "a command is needed. See `consilium --help`."],
    [
      ["init", "--state", "x", "--site", "a b"],
      "--site must be letters a to z, in either case, digits, '.', '_' or '-', at most 64 of them. Such as --site north-hospital.",
    ],
  ])("refuses %j in one line, as wrong usage", async (words, line) => {
    const error: unknown = await runProgram(words, commands, "1.2.3").catch((thrown: unknown) => thrown);
    expect(errorLine(error)).toBe(`CLI_USAGE: ${line}`);
    expect(exitStatusOf(error)).toBe(2);
  });

  it("lists the commands and the exit statuses in --help", async () => {
    const help = await printed(["--help"]);
    for (const name of ["init", "start", "status", "plan", "data", "demo"])
      expect(help).toContain(`consilium ${name}`);
    for (const [status, meaning] of Object.entries(EXIT_STATUSES))
      expect(help).toContain(`${status}  ${meaning}`);
  });

  it("tells its version", async () => {
    expect(await printed(["--version"])).toBe("1.2.3\n");
  });
});
