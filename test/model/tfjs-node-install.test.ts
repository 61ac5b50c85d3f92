import {createHash} from "node:crypto";
import {existsSync} from "node:fs";
import {mkdir, mkdtemp, readdir, readFile, rm, writeFile} from "node:fs/promises";
import {createServer} from "node:http";
import {tmpdir} from "node:os";
import path from "node:path";
import {afterAll, beforeAll, beforeEach, describe, expect, it} from "vitest";
import {ADDON_PLACE, findToolchain, type Toolchain} from "../../scripts/install-tfjs-node-addon.ts";
import type {ArchiveOrigin} from "../../scripts/install-tfjs-node-archive.ts";
import {installLibrary} from "../../scripts/install-tfjs-node-library.ts";
import {runProgram} from "../../scripts/install-tfjs-node-run.ts";

const PLATFORM = "linux-x64";
const HEADER = 'extern "C" int TF_Version();\nextern "C" int TFE_Execute();\n';
const WHOLE = 'extern "C" int TF_Version() { return 1; }\nextern "C" int TFE_Execute() { return 2; }\n';
const PARTIAL = 'extern "C" int TF_Version() { return 1; }\n';
const BINDING = `#include <node_api.h>
napi_value start(napi_env, napi_value exports) { return exports; }
NAPI_MODULE(tfjs_binding, start)
`;
const BACKEND = '#include "tensorflow/c/c_api.h"\nint backend() { return TF_Version() + TFE_Execute(); }\n';

function toolchainHere(): Toolchain | undefined {
  try {
    return process.platform === "linux" ? findToolchain() : undefined;
  } catch {
    return undefined;
  }
}

const toolchain = toolchainHere();
if (toolchain === undefined)
  console.log("skipped: no C++ compiler; the installation of tfjs-node is not tested");

let root: string;
let packageFolder: string;

function run(program: string, ...args: string[]): void {
  const {isSuccess, why} = runProgram(program, args);
  if (!isSuccess) throw new Error(`${program}: ${why}`);
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), {recursive: true});
  await writeFile(file, text);
}

/** A tarball like TensorFlow's, of a library with the functions of `source`. */
async function tarballOf(name: string, source: string, header = HEADER): Promise<ArchiveOrigin> {
  const folder = path.join(root, name);
  await write(path.join(folder, "include/tensorflow/c/c_api.h"), header);
  await write(path.join(folder, "library.cc"), source);
  await mkdir(path.join(folder, "lib"));
  for (const library of ["libtensorflow.so.2", "libtensorflow_framework.so.2"]) {
    const into = path.join(folder, "lib", library);
    run(
      toolchain?.compiler ?? "g++",
      "-shared",
      "-fPIC",
      `-Wl,-soname,${library}`,
      "-o",
      into,
      `${folder}/library.cc`,
    );
  }
  return await packed(folder);
}

async function packed(folder: string): Promise<ArchiveOrigin> {
  const file = `${folder}.tar.gz`;
  run("tar", "-czf", file, "-C", folder, ...(await readdir(folder)));
  const sha256 = createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
  return {file, sha256};
}

async function install(origin: ArchiveOrigin, over: {platform?: string; packageFolder?: string} = {}) {
  const steps: string[] = [];
  const onStep = (step: string): void => void steps.push(step);
  await installLibrary({packageFolder, platform: PLATFORM, origin, onStep, ...over});
  return steps;
}

const code = (expected: string) => expect.objectContaining({code: expected, hint: expect.any(String)});

describe.skipIf(toolchain === undefined)("installing the library of tfjs-node", () => {
  let whole: ArchiveOrigin;
  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), "consilium-install-"));
    whole = await tarballOf("whole", WHOLE);
  });
  beforeEach(async () => {
    packageFolder = await mkdtemp(path.join(root, "package-"));
    await write(path.join(packageFolder, "package.json"), '{"version": "4.22.0"}');
    await write(path.join(packageFolder, "binding/tfjs_binding.cc"), BINDING);
    await write(path.join(packageFolder, "binding/tfjs_backend.cc"), BACKEND);
  });
  afterAll(() => rm(root, {recursive: true, force: true}));

  const expectUntouched = async (): Promise<void> =>
    expect(await readdir(packageFolder), "no trace of the attempt").toEqual(["binding", "package.json"]);

  it("puts it beside an addon that loads, and says what it does", async () => {
    const steps = await install(whole);
    expect(steps).toEqual([
      "read the file",
      "compare the checksum",
      "unpack",
      "compile the addon",
      "load it",
    ]);
    expect(await readdir(packageFolder)).toEqual(["binding", "deps", "lib", "package.json"]);
    const loading = ["-e", "require(process.argv[1])", path.join(packageFolder, ADDON_PLACE)];
    expect(runProgram(process.execPath, loading)).toMatchObject({isSuccess: true});
  });

  it("names the first function that the library lacks, and keeps what was installed before", async () => {
    await install(whole);
    const before = await readFile(path.join(packageFolder, ADDON_PLACE));
    const partial = await tarballOf("partial", PARTIAL);
    await expect(install(partial)).rejects.toMatchObject({
      code: "INSTALL_SYMBOL_MISSING",
      message: "the library has no TFE_Execute",
    });
    expect(await readFile(path.join(packageFolder, ADDON_PLACE))).toEqual(before);
    expect(await readdir(packageFolder)).toEqual(["binding", "deps", "lib", "package.json"]);
  });

  it("refuses an archive other than the expected one", async () => {
    const {file} = whole;
    await expect(install({file}), "none of the known ones").rejects.toThrow(
      code("INSTALL_CHECKSUM_MISMATCH"),
    );
    const sha256 = "0".repeat(64);
    await expect(install({file, sha256})).rejects.toThrow(code("INSTALL_CHECKSUM_MISMATCH"));
    await expectUntouched();
  });

  it("refuses an archive without TensorFlow in it, or that is none", async () => {
    const empty = path.join(root, "empty");
    await write(path.join(empty, "README"), "nothing");
    await expect(install(await packed(empty))).rejects.toThrow(code("INSTALL_ARCHIVE_INVALID"));
    for (const name of ["page.tar.gz", "page.whl", "page.html"]) {
      const file = path.join(root, name);
      await write(file, "<html>");
      const sha256 = createHash("sha256").update("<html>").digest("hex");
      await expect(install({file, sha256}), name).rejects.toThrow(code("INSTALL_ARCHIVE_INVALID"));
    }
    await expectUntouched();
  });

  it("tells that the addon does not compile against the library", async () => {
    const other = await tarballOf("other", WHOLE, 'extern "C" int TF_Version();\n');
    await expect(install(other)).rejects.toMatchObject({
      code: "INSTALL_COMPILE_FAILED",
      message: expect.stringContaining("TFE_Execute"),
    });
    await expectUntouched();
  });

  it("takes it from a mirror, and tells what a mirror answers instead", async () => {
    const {file = "", sha256} = whole;
    const bytes = await readFile(file);
    const server = createServer(({url}, response) => {
      response.statusCode = url === "/mirror/tensorflow.tar.gz" ? 200 : 404;
      response.end(bytes);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const host = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    try {
      await expect(install({url: `${host}/gone.tar.gz`, sha256})).rejects.toMatchObject({
        code: "INSTALL_DOWNLOAD_FAILED",
        message: `${host}/gone.tar.gz cannot be fetched (status 404)`,
      });
      await expectUntouched();
      await install({url: `${host}/mirror/tensorflow.tar.gz`, sha256});
      expect(existsSync(path.join(packageFolder, ADDON_PLACE))).toBe(true);
    } finally {
      server.close();
    }
    await expect(install({url: `${host}/mirror/tensorflow.tar.gz`})).rejects.toThrow(
      code("INSTALL_DOWNLOAD_FAILED"),
    );
  });

  it("refuses other machines, other versions of the package and absent files at once", async () => {
    await expect(install(whole, {platform: "darwin-arm64"})).rejects.toThrow(
      code("INSTALL_PLATFORM_UNSUPPORTED"),
    );
    await expect(install(whole, {packageFolder: path.join(root, "none")})).rejects.toThrow(
      code("INSTALL_PACKAGE_MISSING"),
    );
    await expect(install({file: path.join(root, "none.whl")})).rejects.toThrow(code("INSTALL_FILE_MISSING"));
    await expectUntouched();
    await writeFile(path.join(packageFolder, "package.json"), '{"version": "4.21.0"}');
    await expect(install(whole)).rejects.toMatchObject({
      code: "INSTALL_PACKAGE_MISSING",
      message: expect.stringContaining("is version 4.21.0, not 4.22.0"),
    });
  });
});
