import {createIdentity, type Identity} from "../consortium/index.ts";
import {CodedError} from "../core/index.ts";
import type {StateDirectory} from "../storage/index.ts";
import type {NodeErrorCode} from "./errors.ts";

/** Reads the identity whose key is in the state directory. @throws NODE_KEY_MISSING, STORAGE_* */
export async function readIdentity(state: Pick<StateDirectory, "path" | "readNodeKey">): Promise<Identity> {
  const seed = await state.readNodeKey();
  if (seed !== undefined) return createIdentity(seed);
  const code: NodeErrorCode = "NODE_KEY_MISSING";
  throw new CodedError(code, `there is no node key in ${state.path}`, {
    hint: "Make one with `consilium init`.",
  });
}
