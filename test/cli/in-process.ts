import {vi} from "vitest";
import {loadCommands} from "../../src/cli/commands/registry.ts";
import {reportFailure} from "../../src/cli/process-end.ts";
import {runProgram} from "../../src/cli/program.ts";
import type {Ended} from "./process.ts";

/** Runs `consilium ...words` in this process as the program's main module does. */
export async function endOf(words: readonly string[], variables: NodeJS.ProcessEnv): Promise<Ended> {
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
