#!/usr/bin/env node
/*
 * What `npx consilium` starts. It lies in the repository, and not in dist: npx links a program at its first use only, and
 * to one that is not built yet it makes no link, then and ever after.
 */
import {existsSync} from "node:fs";

const program = new URL("../dist/cli/main.js", import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  console.error(
    "CLI_NOT_BUILT: there is no program in dist yet. Run `npm run build` in the repository's folder.",
  );
  process.exitCode = 78;
}
