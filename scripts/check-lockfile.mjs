/*
 * Refuses a lockfile in which a package is not held to its content: `npm run lockfile [-- FILE]`. It runs before
 * `npm ci`, which installs such an entry unchecked, and needs nothing but Node.
 */
import {readFileSync} from "node:fs";
import {fileURLToPath} from "node:url";

const OWN = fileURLToPath(new URL("../package-lock.json", import.meta.url));
const SHA512 = /^sha512-[A-Za-z0-9+/]{86}==$/;

/** Whether the entry is a package that is fetched, and not this one or a link to a folder of it. */
const isFetched = ([place, {link}]) => place !== "" && link !== true;

const {packages} = JSON.parse(readFileSync(process.argv[2] ?? OWN, "utf8"));
const fetched = Object.entries(packages).filter(isFetched);
const loose = fetched.filter(([, {integrity}]) => !SHA512.test(integrity ?? ""));
for (const [place] of loose) console.error(`no integrity by SHA-512: ${place}`);
console.log(`${fetched.length} packages in the lockfile, ${loose.length} not held to their content`);
if (loose.length > 0) {
  console.error(
    "Delete these entries and run: npm install --package-lock-only --omit-lockfile-registry-resolved",
  );
  process.exitCode = 1;
}
