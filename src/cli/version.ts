import {readFileSync} from "node:fs";
import {z} from "zod";

const manifestSchema = z.object({version: z.string()});

/** The version of this package. */
export function ownVersion(): string {
  // As far from the sources as from what is built of them.
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return manifestSchema.parse(JSON.parse(text)).version;
}
