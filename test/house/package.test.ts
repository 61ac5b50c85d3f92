import {readFileSync} from "node:fs";
import path from "node:path";
import {describe, expect, it} from "vitest";

const root = path.resolve(import.meta.dirname, "../..");

describe("the package", () => {
  it("pins every dependency to one exact version", () => {
    const manifest: unknown = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
    const versions = Object.entries(manifest as Record<string, Record<string, string>>)
      .filter(([key]) => key === "dependencies" || key === "devDependencies")
      .flatMap(([, packages]) => Object.entries(packages));
    expect(versions.length).toBeGreaterThan(20);
    for (const [name, version] of versions) expect(version, name).toMatch(/^(npm:.+@)?\d+\.\d+\.\d+$/);
  });
});
