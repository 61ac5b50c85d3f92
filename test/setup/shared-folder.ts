import {existsSync} from "node:fs";
import path from "node:path";

const projectRoot = path.resolve(import.meta.dirname, "../..");

/** The folder of public data sets: CONSILIUM_SHARED_DATA or `../shared/data` beside the project; undefined when absent. */
export function sharedData(): string | undefined {
  const folder = path.resolve(projectRoot, process.env["CONSILIUM_SHARED_DATA"] ?? "../shared/data");
  return existsSync(folder) ? folder : undefined;
}
