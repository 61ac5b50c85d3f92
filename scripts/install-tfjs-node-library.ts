import {existsSync, readFileSync} from "node:fs";
import {mkdtemp, rename, rm} from "node:fs/promises";
import path from "node:path";
import {z} from "zod";
import {CodedError} from "../src/core/index.ts";
import {compileAddon, findToolchain, proveAddon} from "./install-tfjs-node-addon.ts";
import {
  type ArchiveOrigin,
  obtainArchive,
  requireChecksum,
  unpackArchive,
} from "./install-tfjs-node-archive.ts";
import type {InstallErrorCode} from "./install-tfjs-node-errors.ts";

const SUPPORTED_PLATFORM = "linux-x64";
const SUPPORTED_VERSION = "4.22.0";
const MANIFEST = z.object({version: z.string()});

/** What is installed into where. */
export interface InstallOptions {
  /** Folder of the npm package. */
  readonly packageFolder: string;
  /** Operating system and processor, as Node names them. */
  readonly platform: string;
  readonly origin: ArchiveOrigin;
  /** Told the beginning of every step. */
  readonly onStep: (step: string) => void;
}

function requirePlatform(platform: string): void {
  if (platform === SUPPORTED_PLATFORM) return;
  throw new CodedError<InstallErrorCode>(
    "INSTALL_PLATFORM_UNSUPPORTED",
    `there is no library for ${platform}, only for ${SUPPORTED_PLATFORM}`,
    {hint: "Stay with the wasm backend, which works everywhere."},
  );
}

function requirePackage(folder: string): void {
  const manifest = path.join(folder, "package.json");
  const version = existsSync(manifest)
    ? MANIFEST.parse(JSON.parse(readFileSync(manifest, "utf8"))).version
    : undefined;
  if (version === SUPPORTED_VERSION) return;
  throw new CodedError<InstallErrorCode>(
    "INSTALL_PACKAGE_MISSING",
    `${folder} is ${version === undefined ? "absent" : `version ${version}`}, not ${SUPPORTED_VERSION}`,
    {hint: "Run npm ci first, without --omit=optional."},
  );
}

/** Puts what was made in `staging` into its place; the addon last, as its presence is what the backend looks for. */
async function moveIntoPlace(staging: string, packageFolder: string): Promise<void> {
  await removeLibrary(packageFolder);
  for (const part of ["deps", "lib"]) await rename(path.join(staging, part), path.join(packageFolder, part));
}

/** Takes the library and the addon away, so that the backend is passed over. */
export async function removeLibrary(packageFolder: string): Promise<void> {
  for (const part of ["lib", "deps"])
    await rm(path.join(packageFolder, part), {recursive: true, force: true});
}

/**
 * Installs TensorFlow's C library and the addon that calls it into the package. What was there before is replaced
 * only when the new one has loaded; after a failure all is as it was.
 * @throws any InstallErrorCode but INSTALL_USAGE and INSTALL_UNWRITABLE
 */
export async function installLibrary(options: InstallOptions): Promise<void> {
  const {packageFolder, platform, origin, onStep} = options;
  requirePlatform(platform);
  requirePackage(packageFolder);
  const toolchain = findToolchain();
  const staging = await mkdtemp(path.join(packageFolder, "staging-"));
  try {
    onStep(origin.file === undefined ? "download" : "read the file");
    const archive = await obtainArchive(origin, path.join(staging, "archive"));
    onStep("compare the checksum");
    await requireChecksum(archive, origin.sha256);
    onStep("unpack");
    await unpackArchive(archive, path.join(staging, "deps"));
    onStep("compile the addon");
    const addon = await compileAddon(toolchain, packageFolder, staging);
    onStep("load it");
    proveAddon(addon);
    await moveIntoPlace(staging, packageFolder);
  } finally {
    await rm(staging, {recursive: true, force: true});
  }
}
