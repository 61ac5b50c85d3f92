import {createHash} from "node:crypto";
import {createReadStream, createWriteStream, existsSync, readdirSync} from "node:fs";
import {mkdir, rename} from "node:fs/promises";
import path from "node:path";
import {Readable} from "node:stream";
import {pipeline} from "node:stream/promises";
import {CodedError} from "../src/core/index.ts";
import type {InstallErrorCode} from "./install-tfjs-node-errors.ts";
import {runProgram} from "./install-tfjs-node-run.ts";

/** The archives that are known to work, with the SHA-256 of exactly the file. */
export const KNOWN_ARCHIVES = {
  /** PyPI's tensorflow-cpu for CPython 3.11; Python's version is of no matter, as only its C library is used. */
  wheel: {
    version: "2.21.0",
    sha256: "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
    tags: ["--python-version", "3.11", "--abi", "cp311", "--platform", "manylinux_2_27_x86_64"],
  },
  /** TensorFlow's own libtensorflow-cpu-linux-x86_64-2.9.1.tar.gz, which the package downloads where it can. */
  tarball: {version: "2.9.1", sha256: "7f510d2546e3db5e10b1d119463689003d587842892ad3c95bca51cf82820173"},
} as const;

const WHEEL_NAME = /\.(whl|zip)$/;
const TARBALL_NAME = /\.(tar\.gz|tgz)$/;

/** What of a wheel is needed: two libraries, and the headers of the C interface. */
const WHEEL_PARTS = [
  "tensorflow/libtensorflow_",
  "tensorflow/include/tensorflow/c/",
  "tensorflow/include/tensorflow/core/platform/",
  "tensorflow/include/tsl/",
  "tensorflow/include/xla/tsl/c/",
];
const UNZIP = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in wheel.namelist():
        if name.startswith(tuple(sys.argv[3:])):
            wheel.extract(name, sys.argv[2])
`;
const SHOWN_DIGITS = 12;

/** Where the library is to come from; what is absent is taken from {@link KNOWN_ARCHIVES}. */
export interface ArchiveOrigin {
  readonly file?: string | undefined;
  readonly url?: string | undefined;
  /** Of a file other than the known ones. */
  readonly sha256?: string | undefined;
}

function fail(code: InstallErrorCode, message: string, hint: string, cause?: unknown): CodedError {
  return new CodedError<InstallErrorCode>(code, message, {hint, cause});
}

const pythonMissing = (): CodedError =>
  fail("INSTALL_PYTHON_MISSING", "no python3 runs here", "Install Python 3, or install from a tarball.");

function downloadWheel(folder: string): string {
  const {version, tags} = KNOWN_ARCHIVES.wheel;
  const pip = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", folder];
  const end = runProgram("python3", [...pip, ...tags, `tensorflow-cpu==${version}`]);
  if (end.isAbsent) throw pythonMissing();
  const [wheel] = end.isSuccess ? readdirSync(folder).filter((name) => WHEEL_NAME.test(name)) : [];
  if (wheel === undefined) {
    throw fail(
      "INSTALL_DOWNLOAD_FAILED",
      `pip cannot download tensorflow-cpu ${version} (${end.why})`,
      "Point pip to an index that it reaches, or fetch the wheel elsewhere and give --file.",
    );
  }
  return path.join(folder, wheel);
}

async function downloadUrl(url: string, folder: string): Promise<string> {
  const failed = (why: string, cause?: unknown): CodedError =>
    fail(
      "INSTALL_DOWNLOAD_FAILED",
      `${url} cannot be fetched (${why})`,
      "Check the address, or fetch the file elsewhere and give --file.",
      cause,
    );
  if (!URL.canParse(url)) throw failed("it is no address");
  const file = path.join(folder, path.basename(new URL(url).pathname));
  const response = await fetch(url).catch((error: unknown) => {
    const reason = error instanceof Error ? (error.cause ?? error) : error;
    throw failed(reason instanceof Error ? reason.message : String(reason), error);
  });
  if (!response.ok || response.body === null) throw failed(`status ${response.status}`);
  await pipeline(Readable.fromWeb(response.body), createWriteStream(file)).catch((error: unknown) => {
    throw failed("the connection broke", error);
  });
  return file;
}

/**
 * The archive as a file of this machine: the given one, or downloaded into `folder`; without an origin the known
 * wheel, by pip and so from the index that pip is set up for.
 * @throws INSTALL_FILE_MISSING, INSTALL_DOWNLOAD_FAILED, INSTALL_PYTHON_MISSING
 */
export async function obtainArchive({file, url}: ArchiveOrigin, folder: string): Promise<string> {
  await mkdir(folder, {recursive: true});
  if (file !== undefined) {
    if (existsSync(file)) return path.resolve(file);
    throw fail("INSTALL_FILE_MISSING", `there is no file ${file}`, "Check --file.");
  }
  return url === undefined ? downloadWheel(folder) : await downloadUrl(url, folder);
}

/**
 * Holds the archive to its SHA-256: the expected one, or else that of a known archive.
 * @throws INSTALL_CHECKSUM_MISMATCH
 */
export async function requireChecksum(archive: string, expected?: string): Promise<void> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(archive), hash);
  const found = hash.digest("hex");
  const {wheel, tarball} = KNOWN_ARCHIVES;
  const accepted = expected === undefined ? [wheel.sha256, tarball.sha256] : [expected.toLowerCase()];
  if (accepted.some((sha256) => sha256 === found)) return;
  const wanted = accepted.map((sha256) => `${sha256.slice(0, SHOWN_DIGITS)}...`).join(" or ");
  throw fail(
    "INSTALL_CHECKSUM_MISMATCH",
    `${path.basename(archive)} has SHA-256 ${found}, not ${wanted}`,
    "Fetch it again; if you trust this very file, give its checksum with --sha256.",
  );
}

function requireUnpacked(archive: string, end: ReturnType<typeof runProgram>): void {
  if (end.isSuccess) return;
  throw fail(
    "INSTALL_ARCHIVE_INVALID",
    `${path.basename(archive)} cannot be unpacked (${end.why})`,
    "Fetch it again, and see that the disk has room for 1 GB.",
  );
}

/**
 * Unpacks the libraries and the headers of the archive into `folder/lib` and `folder/include`.
 * @throws INSTALL_ARCHIVE_INVALID, INSTALL_PYTHON_MISSING
 */
export async function unpackArchive(archive: string, folder: string): Promise<void> {
  await mkdir(folder, {recursive: true});
  if (TARBALL_NAME.test(archive)) {
    requireUnpacked(archive, runProgram("tar", ["-xzf", archive, "-C", folder, "--no-same-owner"]));
    return;
  }
  if (!WHEEL_NAME.test(archive)) {
    throw fail(
      "INSTALL_ARCHIVE_INVALID",
      `${path.basename(archive)} is neither a wheel nor a tarball by its name`,
      "Keep the name that it was published under: it ends in .whl or .tar.gz.",
    );
  }
  const end = runProgram("python3", ["-c", UNZIP, archive, folder, ...WHEEL_PARTS]);
  if (end.isAbsent) throw pythonMissing();
  requireUnpacked(archive, end);
  const root = path.join(folder, "tensorflow");
  if (!existsSync(root)) return;
  await rename(path.join(root, "include"), path.join(folder, "include"));
  await rename(root, path.join(folder, "lib"));
}
