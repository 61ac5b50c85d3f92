/*
 * Holds every package of the lockfile to the licences we accept: `npm run licences`.
 * What is shipped must be permissive; tools that are only run here may also be under a file-level copyleft, Python's
 * own licence, or one for data that asks for attribution.
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
const RUN_HERE = new Set([...SHIPPED, "CC-BY-4.0", "MPL-2.0", "Python-2.0"]);
/**
 * Licences that have no SPDX name and were read: h5wasm's own is the notice of NIST, a public-domain work of the US
 * government, beside the BSD licence of the HDF5 library in it. To be read again with each new version.
 */
const READ: Readonly<Record<string, string>> = {"node_modules/h5wasm": "0.10.3"};

const LOCKED = z.object({
  version: z.string().optional(),
  license: z.string().optional(),
  dev: z.boolean().optional(),
  optional: z.boolean().optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
const LOCKFILE = z.object({packages: z.record(z.string(), LOCKED)});

/** Whether one of the alternatives of an SPDX expression has all its parts in `accepted`. */
function isAccepted(expression: string, accepted: ReadonlySet<string>): boolean {
  return expression
    .replaceAll(/[()]/g, "")
    .split(" OR ")
    .some((choice) => choice.split(" AND ").every((licence) => accepted.has(licence)));
}

const lockfile = path.resolve(import.meta.dirname, "../package-lock.json");
const {packages} = LOCKFILE.parse(JSON.parse(readFileSync(lockfile, "utf8")));

/**
 * The licence of the package that has `place` built for a platform. The lockfile says none for a tool's builds for
 * platforms other than the one it was written on; they are never shipped, and never installed on that one.
 */
function parentLicence(place: string): string | undefined {
  const {dev, optional} = packages[place] ?? {};
  if (dev !== true || optional !== true) return undefined;
  const name = place.replace(/^.*node_modules\//, "");
  return Object.values(packages).find((parent) => parent.optionalDependencies?.[name] !== undefined)?.license;
}

const tally = {own: 0, inherited: 0, refused: 0};
for (const [place, {version, license, dev}] of Object.entries(packages)) {
  const licence = license ?? parentLicence(place);
  if (version !== undefined && READ[place] === version) {
    tally.own += 1;
    continue;
  }
  if (licence === undefined || !isAccepted(licence, dev === true ? RUN_HERE : SHIPPED)) {
    console.error(`${place}: ${licence ?? "no licence"} is not accepted`);
    tally.refused += 1;
  } else tally[license === undefined ? "inherited" : "own"] += 1;
}
console.log(
  `licences: ${tally.own} accepted, ${tally.inherited} by their parent's, ${tally.refused} refused`,
);
if (tally.refused > 0) process.exitCode = 1;
