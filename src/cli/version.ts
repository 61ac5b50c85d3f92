import {readFileSync} from "node:fs";
import {z} from "zod";

const manifestSchema = z.object({version: z.string()});

/** The version of this package. */
export function ownVersion(): string {
  // At the same distance from the sources as from their build.
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return manifestSchema.parse(JSON.parse(text)).version;
}
