import type {InspectedState} from "../../storage/index.ts";
import {type Finding, fail, failure, type Loaded, loaded, notChecked, pass, warn} from "./finding.ts";

const OTHERS = 0o077;
const modeText = (mode: number): string => mode.toString(8).padStart(4, "0");

/** The operating system's facts about a path. */
export interface PathFacts {
  /**
   * True if it belongs to the user who will run the daemon: this user, or, if root asks, the owner of the
   * state directory. Null if the path or its owner does not exist.
   */
  readonly isOwn: boolean | null;
  /** The operating system's code of its refusal to write there, or null. */
  readonly refusal: string | null;
}

function unwritable(path: string, code: string): Finding {
  return code === "EROFS"
    ? fail("CLI_DOCTOR_STATE", `${path} lies on a file system that is read-only`, "Mount it for writing.")
    : fail(
        "CLI_DOCTOR_STATE",
        `${path} cannot be written by this user (${code})`,
        "Run this command, and the daemon, as its owner.",
      );
}

/** D04: the state directory. */
export async function checkStateDirectory(
  path: string,
  state: Loaded<InspectedState>,
  {isOwn, refusal}: PathFacts,
): Promise<Finding> {
  if ("error" in state) return failure(state.error);
  const {permissions, readFormat} = state.value;
  if (permissions === undefined)
    return fail(
      "CLI_DOCTOR_KEY",
      `${path} is not there`,
      "Make it and the node's key with `consilium init`.",
    );
  const format = await loaded(readFormat);
  if ("error" in format) return failure(format.error);
  if (refusal !== null) return unwritable(path, refusal);
  if (isOwn === false)
    return warn(`${path} belongs to another user`, "Run this command, and the daemon, as its owner.");
  if ((permissions & OTHERS) !== 0)
    return warn(`${path} is open to others (mode ${modeText(permissions)})`, `Run: chmod 700 ${path}`);
  return pass(`${path}, mode ${modeText(permissions)}, format ${format.value ?? "not written yet"}`);
}

/** The node's key, found or not. */
export type LoadedKey = Loaded<{readonly peerId: string; readonly fingerprint: string} | null>;

/** D05: the node's key. */
export function checkNodeKey(key: LoadedKey, isOwn: boolean | null): Finding {
  if ("error" in key) return failure(key.error);
  if (key.value === null)
    return fail("CLI_DOCTOR_KEY", "there is no node key", "Make one with `consilium init`.");
  if (isOwn === false)
    return fail(
      "CLI_DOCTOR_STATE",
      "the node key belongs to another user",
      "Run this command, and the daemon, as its owner; or give the state directory, and all in it, to the daemon's user.",
    );
  return pass(`${key.value.peerId}, fingerprint ${key.value.fingerprint}, for its owner alone`);
}

/** D06: a daemon that runs on the state directory. */
export function checkLock(state: Loaded<InspectedState>): Finding {
  if ("error" in state) return notChecked("the state directory cannot be read", "D04");
  if (!state.value.isLocked) return pass("no daemon runs on the state directory");
  return warn(
    "a daemon holds the state directory",
    "Nothing, if that is this node's daemon; another one would be refused.",
  );
}
