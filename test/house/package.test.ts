import {spawnSync} from "node:child_process";
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {describe, expect, it, onTestFinished} from "vitest";
import {z} from "zod";
import {ROOT} from "./planting.ts";

const VERSIONS = z.record(z.string(), z.string());
const MANIFEST = z.object({dependencies: VERSIONS, devDependencies: VERSIONS});
const LOCKED = z.object({
  integrity: z.string().optional(),
  optionalDependencies: VERSIONS.optional(),
});
const LOCKFILE = z.object({packages: z.record(z.string(), LOCKED)});

const read = (name: string): unknown => JSON.parse(readFileSync(path.join(ROOT, name), "utf8"));

describe("the package", () => {
  const {packages} = LOCKFILE.parse(read("package-lock.json"));

  it("pins every dependency to one exact version", () => {
    const {dependencies, devDependencies} = MANIFEST.parse(read("package.json"));
    for (const [name, version] of Object.entries({...dependencies, ...devDependencies})) {
      expect(version, name).toMatch(/^(npm:.+@)?\d+\.\d+\.\d+$/);
    }
  });

  // `npm ci` refuses a lockfile that misses the build of a tool for another platform.
  it("locks the optional dependencies of every platform", () => {
    const missing = Object.entries(packages).flatMap(([place, {optionalDependencies}]) =>
      Object.keys(optionalDependencies ?? {}).filter(
        (name) =>
          packages[`node_modules/${name}`] === undefined &&
          packages[`${place}/node_modules/${name}`] === undefined,
      ),
    );
    expect(missing).toEqual([]);
  });

  it("locks every package by its content, and CI refuses one that is not", () => {
    const check = (...words: readonly string[]) =>
      spawnSync(process.execPath, [path.join(ROOT, "scripts/check-lockfile.mjs"), ...words], {
        encoding: "utf8",
      });
    const own = check();
    expect([own.status, own.stderr]).toEqual([0, ""]);
    expect(Number(/^(\d+) packages in the lockfile, 0 not held/.exec(own.stdout)?.[1])).toBeGreaterThan(500);
    const folder = mkdtempSync(path.join(tmpdir(), "consilium-lockfile-"));
    onTestFinished(() => rmSync(folder, {recursive: true}));
    const faults = {gone: undefined, weak: "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=", short: "sha512-AAAA"};
    for (const [name, integrity] of Object.entries(faults)) {
      const planted = path.join(folder, `${name}.json`);
      const place = "node_modules/@biomejs/cli-darwin-arm64";
      writeFileSync(
        planted,
        JSON.stringify({packages: {...packages, [place]: {version: "2.6.8", integrity}}}),
      );
      const found = check(planted);
      expect([found.status, found.stderr], name).toEqual([1, expect.stringContaining(`SHA-512: ${place}\n`)]);
    }
    const step = /^step "no entry of package-lock\.json without integrity" \d+ npm run lockfile$/m;
    const ci = readFileSync(path.join(ROOT, ".ci/run"), "utf8");
    expect(ci.search(step), "before anything is unpacked").toBeGreaterThan(-1);
    expect(ci.search(step)).toBeLessThan(ci.search(/^timeout .* npm ci/m));
  });
});
