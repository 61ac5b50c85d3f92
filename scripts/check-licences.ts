/*
 * Holds every package of the lockfile to the licences we accept: `npm run licences`.
 * What is shipped must be permissive; tools that are only run here may also be under a file-level copyleft.
 */
import {readFileSync} from "node:fs";
import path from "node:path";
import {z} from "zod";

const SHIPPED = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "ISC",
  "MIT",
]);
const RUN_HERE = new Set([...SHIPPED, "MPL-2.0"]);

const LOCKFILE = z.object({
  packages: z.record(z.string(), z.object({license: z.string().optional(), dev: z.boolean().optional()})),
});

/** Whether one of the alternatives of an SPDX expression has all its parts in `accepted`. */
function isAccepted(expression: string, accepted: ReadonlySet<string>): boolean {
  return expression
    .replaceAll(/[()]/g, "")
    .split(" OR ")
    .some((choice) => choice.split(" AND ").every((licence) => accepted.has(licence)));
}

const lockfile = path.resolve(import.meta.dirname, "../package-lock.json");
const packages = Object.entries(LOCKFILE.parse(JSON.parse(readFileSync(lockfile, "utf8"))).packages);
const refused = packages.filter(
  ([, {license, dev}]) => license === undefined || !isAccepted(license, dev === true ? RUN_HERE : SHIPPED),
);
for (const [name, {license}] of refused) console.error(`${name}: ${license ?? "no licence"} is not accepted`);
console.log(`licences: ${packages.length - refused.length} packages accepted, ${refused.length} refused`);
if (refused.length > 0) process.exitCode = 1;
