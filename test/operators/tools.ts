import {spawnSync} from "node:child_process";

/** How a program of the operator's tools ended. */
export interface ToolEnd {
  readonly status: number | null;
  readonly text: string;
}

/** Runs a tool in a folder, with all that it says. */
export function runTool(name: string, words: readonly string[], folder: string): ToolEnd {
  const {status, stdout, stderr} = spawnSync(name, [...words], {cwd: folder, encoding: "utf8"});
  return {status, text: `${stdout}${stderr}`};
}

/** Whether a tool is on this machine; where it is not, one line says what is not checked. */
export function hasTool(name: string, unchecked: string): boolean {
  const {error} = spawnSync(name, ["--version"], {encoding: "utf8"});
  if (error !== undefined) console.warn(`${name} is not here: ${unchecked}`);
  return error === undefined;
}
