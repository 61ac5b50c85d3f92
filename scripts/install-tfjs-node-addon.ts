import {existsSync} from "node:fs";
import {mkdir} from "node:fs/promises";
import path from "node:path";
import {CodedError} from "../src/core/index.ts";
import type {InstallErrorCode} from "./install-tfjs-node-errors.ts";
import {runProgram} from "./install-tfjs-node-run.ts";

/** Where the package looks for its addon, seen from its folder; the addon finds the libraries from there. */
export const ADDON_PLACE = "lib/napi-v8/tfjs_binding.node";
const NODE_API_VERSION = 8;
const SOURCES = ["binding/tfjs_backend.cc", "binding/tfjs_binding.cc"];
/** The C interface by its name in a wheel and in a tarball. */
const INTERFACE_LIBRARIES = ["libtensorflow_cc.so.2", "libtensorflow.so.2"];
const FRAMEWORK_LIBRARY = "libtensorflow_framework.so.2";

/** What the addon is compiled with. */
export interface Toolchain {
  readonly compiler: string;
  /** Folder of `node_api.h`. */
  readonly headers: string;
}

/**
 * The C++ compiler, CXX or g++, and Node's headers; the addon uses Node-API alone, so those of any version will do.
 * @throws INSTALL_COMPILER_MISSING, INSTALL_HEADERS_MISSING
 */
export function findToolchain(): Toolchain {
  const compiler = process.env["CXX"] ?? "g++";
  if (!runProgram(compiler, ["--version"]).isSuccess) {
    throw new CodedError<InstallErrorCode>("INSTALL_COMPILER_MISSING", `no compiler ${compiler} runs here`, {
      hint: "Install g++, or set CXX; or make it on another machine and copy it (docs/tfjs-node.md).",
    });
  }
  const own = path.resolve(path.dirname(process.execPath), "../include/node");
  const headers = [own, "/usr/include/node", "/usr/local/include/node"].find((folder) =>
    existsSync(path.join(folder, "node_api.h")),
  );
  if (headers === undefined) {
    throw new CodedError<InstallErrorCode>("INSTALL_HEADERS_MISSING", `there is no node_api.h in ${own}`, {
      hint: "Install Node's headers: the package libnode-dev, or Node from its own archive.",
    });
  }
  return {compiler, headers};
}

function findLibraries(folder: string): readonly string[] {
  const has = (name: string): boolean => existsSync(path.join(folder, "deps/lib", name));
  const library = INTERFACE_LIBRARIES.find(has);
  if (library === undefined || !has(FRAMEWORK_LIBRARY)) {
    throw new CodedError<InstallErrorCode>(
      "INSTALL_ARCHIVE_INVALID",
      `the archive lacks ${library === undefined ? INTERFACE_LIBRARIES.join(" or ") : FRAMEWORK_LIBRARY}`,
      {hint: "Take the wheel or the tarball that docs/tfjs-node.md names."},
    );
  }
  return [library, FRAMEWORK_LIBRARY];
}

/**
 * Compiles the package's own sources against `folder/deps` into `folder`.
 * @param sources the package's folder
 * @returns the addon's file
 * @throws INSTALL_ARCHIVE_INVALID, INSTALL_COMPILE_FAILED
 */
export async function compileAddon(
  {compiler, headers}: Toolchain,
  sources: string,
  folder: string,
): Promise<string> {
  const libraries = findLibraries(folder);
  const addon = path.join(folder, ADDON_PLACE);
  await mkdir(path.dirname(addon), {recursive: true});
  const includes = [sources, path.join(folder, "deps/include"), headers];
  const end = runProgram(compiler, [
    "-std=c++17",
    "-O2",
    "-fPIC",
    "-shared",
    `-DNAPI_VERSION=${NODE_API_VERSION}`,
    ...includes.map((include) => `-I${include}`),
    ...SOURCES.map((source) => path.join(sources, source)),
    "-o",
    addon,
    `-L${path.join(folder, "deps/lib")}`,
    "-Wl,--no-as-needed",
    ...libraries.map((library) => `-l:${library}`),
    "-Wl,-rpath,$ORIGIN/../../deps/lib",
  ]);
  if (!end.isSuccess) {
    throw new CodedError<InstallErrorCode>(
      "INSTALL_COMPILE_FAILED",
      `the addon does not compile (${end.why})`,
      {
        hint: "Take the wheel or the tarball that docs/tfjs-node.md names, and a compiler with C++17.",
      },
    );
  }
  return addon;
}

/**
 * Proves that the addon loads with every function that it calls, in a process of its own: a library built for
 * another processor ends its process.
 * @throws INSTALL_SYMBOL_MISSING, INSTALL_LIBRARY_UNUSABLE
 */
export function proveAddon(addon: string): void {
  const end = runProgram(process.execPath, ["-e", "require(process.argv[1])", addon], {LD_BIND_NOW: "1"});
  if (end.isSuccess) return;
  const [, symbol] = /undefined symbol: (\w+)/.exec(end.stderr) ?? [];
  if (symbol !== undefined) {
    throw new CodedError<InstallErrorCode>("INSTALL_SYMBOL_MISSING", `the library has no ${symbol}`, {
      data: {symbol},
      hint: "Take the wheel or the tarball that docs/tfjs-node.md names.",
    });
  }
  throw new CodedError<InstallErrorCode>(
    "INSTALL_LIBRARY_UNUSABLE",
    `the library does not load here (${end.why})`,
    {hint: "TensorFlow needs a processor with AVX and glibc 2.27 or newer; without them stay with wasm."},
  );
}
