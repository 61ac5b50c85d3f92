import {readFileSync} from "node:fs";
import path from "node:path";
import {describe, expect, it} from "vitest";
import {z} from "zod";
import {ROOT} from "./planting.ts";

const VERSIONS = z.record(z.string(), z.string());
const MANIFEST = z.object({dependencies: VERSIONS, devDependencies: VERSIONS});
const LOCKED = z.object({
  integrity: z.string().optional(),
  dev: z.boolean().optional(),
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

  it("locks everything that is shipped by its content", () => {
    const shipped = Object.entries(packages).filter(([place, {dev}]) => place !== "" && dev !== true);
    const loose = shipped.filter(([, {integrity}]) => integrity === undefined).map(([place]) => place);
    expect(shipped.length).toBeGreaterThan(100);
    expect(loose).toEqual([]);
  });
});
