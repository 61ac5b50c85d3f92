import path from "node:path";

/** The folder of public data sets: CONSILIUM_SHARED_DATA, or `../shared/data` beside the project. */
export function sharedDataFolder(): string {
  const root = path.resolve(import.meta.dirname, "..");
  return path.resolve(root, process.env["CONSILIUM_SHARED_DATA"] ?? "../shared/data");
}
