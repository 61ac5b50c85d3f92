import {type Identity, verifySignature} from "../consortium/index.ts";
import {sha256} from "../core/index.ts";
import {type Primitives, parameterArithmetic} from "../gossip/index.ts";

/** What the protocol hashes, computes, signs and checks signatures with, in a run of a consortium. */
export function primitivesOf(identity: Identity, consortium: string, run: string): Primitives {
  // The round is part of what is voted on: the vote's bytes name it.
  const context = {consortium, run, epoch: 0};
  return {
    hash: sha256,
    arithmetic: parameterArithmetic,
    sign: (bytes) => identity.sign("vote", context, bytes),
    verify: (member, bytes, signature) =>
      verifySignature(member, {purpose: "vote", context, bytes, signature}),
  };
}
