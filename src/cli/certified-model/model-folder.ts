import {readdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {CodedError, present} from "../../core/index.ts";
import {readingFault} from "../../data/index.ts";
import {checkNames, FILE_NAMES, foreignFile, IGNORED_NAMES, type ModelFiles} from "../../lineage/index.ts";
import type {CliErrorCode} from "../errors.ts";
import {readInput} from "../input-file.ts";
import {writingOutput} from "../output-file.ts";

const MAX_WEIGHTS_BYTES = 2 ** 31;
/** Largest file beside the weights. */
export const MAX_FILE_BYTES = 2 ** 28;

/** The names of the plain files in `folder`; a link or a folder among them is refused. */
async function namesIn(folder: string): Promise<string[]> {
  const ignored: readonly string[] = IGNORED_NAMES;
  try {
    const entries = await readdir(folder, {withFileTypes: true});
    return entries
      .filter(({name}) => !ignored.includes(name))
      .map((entry) => {
        if (!entry.isFile()) throw foreignFile(entry.name);
        return entry.name;
      });
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    const {reason, hint} = readingFault(cause);
    throw new CodedError<CliErrorCode>(
      "CLI_INPUT_UNREADABLE",
      `cannot read the folder ${folder} (${reason})`,
      {
        hint,
        data: {path: folder, reason},
        cause,
      },
    );
  }
}

/**
 * Reads the folder of a certified model; each file once, so that what is verified is what is used.
 * @throws CLI_INPUT_UNREADABLE, CLI_INPUT_TOO_LARGE, LINEAGE_FILE_MISSING, LINEAGE_FILE_FOREIGN
 */
export async function readModelFolder(folder: string): Promise<ModelFiles> {
  const names = await namesIn(folder);
  checkNames(new Map(names.map((name) => [name, new Uint8Array()])));
  const files = new Map<string, Uint8Array>();
  for (const name of names) {
    const most = name === FILE_NAMES.weights ? MAX_WEIGHTS_BYTES : MAX_FILE_BYTES;
    files.set(name, await readInput(join(folder, name), "model's file", most));
  }
  return files;
}

/** Writes a certified model's files into an empty folder, the signature on all of them last. */
export async function writeModelFolder(folder: string, files: ModelFiles): Promise<void> {
  const names = [...files.keys()].filter((name) => name !== FILE_NAMES.bundle);
  for (const name of [...names, FILE_NAMES.bundle]) {
    const path = join(folder, name);
    await writingOutput(path, () => writeFile(path, present(files.get(name), name), {flag: "wx"}));
  }
}
