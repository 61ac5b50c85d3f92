import {resolve} from "node:path";
import {createIdentity} from "../../consortium/index.ts";
import {CodedError} from "../../core/index.ts";
import {MOST_DELEGATION_MS, type UnsignedWord} from "../../membership/index.ts";
import {openStateDirectory} from "../../storage/index.ts";
import type {CliErrorCode} from "../errors.ts";
import type {Office} from "./office.ts";

/** The flags that say which node stands for the organisation, and where it is reached. */
export const nodeFlags = {
  state: {type: "string", default: "state", describe: "the node's state directory; made when missing"},
  address: {
    type: "string",
    array: true,
    default: [] as string[],
    describe: "where other nodes reach this one, such as /dns4/node.example/tcp/4001; may be repeated",
  },
} as const;

/** The peer id of the node whose state directory is at `path`; its key is made when missing. */
export async function nodeOf(path: string): Promise<string> {
  const state = await openStateDirectory(resolve(path));
  try {
    await state.ensureStatusToken();
    return createIdentity((await state.readNodeKey()) ?? (await state.createNodeKey())).peerId;
  } finally {
    await state.close();
  }
}

/** The word by which the office delegates a node for the longest time allowed, from now on. */
export function delegationOf(office: Office, node: string, addresses: readonly string[]): UnsignedWord {
  const {self, now, membership} = office;
  const sequences = membership.words.flatMap((word) =>
    word.kind === "delegation" && word.signer === self ? [word.sequence] : [],
  );
  const sequence = Math.max(-1, ...sequences) + 1;
  const until = now + MOST_DELEGATION_MS;
  return {kind: "delegation", sequence, node, from: now, until, addresses: [...addresses], signer: self};
}

/** The node that the office delegated last. @throws CLI_MEMBER_UNKNOWN */
export function delegatedNode({self, membership}: Office): {
  readonly node: string;
  readonly addresses: readonly string[];
} {
  const newest = membership.delegations.get(self);
  if (newest !== undefined) return newest;
  const code: CliErrorCode = "CLI_MEMBER_UNKNOWN";
  throw new CodedError(code, "this organisation is no member yet, or has delegated no node", {
    hint: "Name its node's state directory with --state.",
  });
}
