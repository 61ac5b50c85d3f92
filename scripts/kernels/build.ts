/*
 * Compiles the kernels: `npm run kernels` writes src/parameters/kernels/module.ts, `npm run kernels -- --check` fails
 * where that is not what the sources give.
 */
import {readFile, writeFile} from "node:fs/promises";
import path from "node:path";
import asc from "assemblyscript/asc";

const root = path.join(import.meta.dirname, "../..");
const target = path.join(root, "src/parameters/kernels/module.ts");
const SOURCE = "scripts/kernels/assembly/kernels.ts";
const FLAGS = ["--enable", "simd", "--runtime", "stub", "--noAssert", "-O3", "--maximumMemory", "65536"];

const compiled: Uint8Array[] = [];
const {error} = await asc.main([SOURCE, ...FLAGS, "--outFile", "kernels.wasm"], {
  readFile: (name, base) => readFile(path.join(root, base, name), "utf8").catch(() => null),
  writeFile: (_, contents) => {
    if (contents instanceof Uint8Array) compiled.push(contents);
  },
  listFiles: () => [],
});
const [module] = compiled;
if (error !== null || module === undefined) {
  console.error(error?.message ?? "nothing was compiled");
  process.exit(1);
}
const text = `/** The kernels, compiled from ${SOURCE} by \`npm run kernels\`: a WebAssembly module in base64. */
export const KERNELS_MODULE =
  "${Buffer.from(module).toString("base64")}";
`;
if (!process.argv.includes("--check")) await writeFile(target, text);
else if ((await readFile(target, "utf8")) !== text) {
  console.error("src/parameters/kernels/module.ts is not what its sources give; run npm run kernels.");
  process.exit(1);
}
console.log(`kernels: ${module.length} bytes of WebAssembly`);
