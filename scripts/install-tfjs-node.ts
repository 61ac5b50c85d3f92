/*
 * Puts TensorFlow's C library under @tensorflow/tfjs-node, whose own install script downloads it from one fixed
 * address, and proves it: `npx tsx scripts/install-tfjs-node.ts --help`; docs/tfjs-node.md tells when it is worth it.
 */
import path from "node:path";
import {parseArgs} from "node:util";
import {z} from "zod";
import {CodedError, errorLine, isCoded} from "../src/core/index.ts";
import {openBackend} from "../src/model/index.ts";
import {type InstallErrorCode, STATUS_OF_INSTALL_ERROR} from "./install-tfjs-node-errors.ts";
import {installLibrary, removeLibrary} from "./install-tfjs-node-library.ts";

const HELP = `npx tsx scripts/install-tfjs-node.ts [--from wheel]              by pip, from the index that it is set up for
                                       --from wheel --file FILE    a wheel of tensorflow-cpu
                                       --from tarball --file FILE  libtensorflow-cpu-linux-x86_64-*.tar.gz
                                       --from mirror --url URL     either, from a server of yours
  --sha256 HEX   accept this file instead of the known ones
  --help`;
const PACKAGE_FOLDER = path.resolve(import.meta.dirname, "../node_modules/@tensorflow/tfjs-node");
const DISK_FAULTS = ["ENOSPC", "EDQUOT", "EACCES", "EPERM", "EROFS"];

const CHECKSUM = z
  .string()
  .regex(/^[\da-f]{64}$/i)
  .optional();
const ORIGIN = z.discriminatedUnion("from", [
  z.strictObject({from: z.literal("wheel"), file: z.string().optional(), sha256: CHECKSUM}),
  z.strictObject({from: z.literal("tarball"), file: z.string(), sha256: CHECKSUM}),
  z.strictObject({from: z.literal("mirror"), url: z.url({protocol: /^https?$/}), sha256: CHECKSUM}),
]);

function usage(message: string, cause: unknown): CodedError<InstallErrorCode> {
  return new CodedError("INSTALL_USAGE", message, {hint: "Give --help for the four ways.", cause});
}

function readArguments() {
  const text = {type: "string"} as const;
  const options = {from: text, file: text, url: text, sha256: text, help: {type: "boolean"}} as const;
  try {
    const {help, ...values} = parseArgs({options}).values;
    return help === true ? undefined : ORIGIN.parse({from: "wheel", ...values});
  } catch (error) {
    if (error instanceof z.ZodError) {
      const faults = error.issues.map(({path: [name], message}) =>
        name === undefined ? message : `--${String(name)}: ${message}`,
      );
      throw usage(faults.join("; "), error);
    }
    throw usage(error instanceof Error ? (error.message.split(". ")[0] ?? "") : String(error), error);
  }
}

/** The backend's own proof, a matrix product; without it the library is taken away again. */
async function proveBackend(): Promise<void> {
  try {
    (await openBackend("tfjs-node")).backend.close();
  } catch (error) {
    await removeLibrary(PACKAGE_FOLDER);
    throw new CodedError<InstallErrorCode>(
      "INSTALL_LIBRARY_UNUSABLE",
      `the backend does not start (${error instanceof Error ? error.message : String(error)})`,
      {hint: "The library was removed again: the daemons stay with wasm.", cause: error},
    );
  }
}

async function main(): Promise<void> {
  const origin = readArguments();
  if (origin === undefined) {
    console.log(HELP);
    return;
  }
  const platform = `${process.platform}-${process.arch}`;
  const onStep = (step: string): void => console.log(`tfjs-node: ${step}`);
  await installLibrary({packageFolder: PACKAGE_FOLDER, platform, origin, onStep});
  await proveBackend();
  console.log("tfjs-node: in place and proved; the backend auto takes it from now on");
}

function asExpected(error: unknown): unknown {
  const isDisk = error instanceof Error && "code" in error && DISK_FAULTS.some((code) => code === error.code);
  if (!isDisk) return error;
  return new CodedError<InstallErrorCode>("INSTALL_UNWRITABLE", error.message, {
    hint: "It needs 2 GB of free disk and the right to write to node_modules.",
    cause: error,
  });
}

process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
try {
  await main();
} catch (caught) {
  const error = asExpected(caught);
  if (!isCoded<InstallErrorCode>(error)) throw error;
  console.error(errorLine(error));
  process.exitCode = STATUS_OF_INSTALL_ERROR[error.code];
}
