import {type Identity, verifySignature} from "../consortium/index.ts";
import {sha256} from "../core/index.ts";
import {type Primitives, parameterArithmetic} from "../rounds/index.ts";

/** Checks the words of a run's members: their votes and what else they sign in its rounds. */
export function verifierOf(consortium: string, run: string): Primitives["verify"] {
  // The round is part of the body in the vote: the vote's bytes name it.
  const context = {consortium, run, epoch: 0};
  return (member, bytes, signature) => verifySignature(member, {purpose: "vote", context, bytes, signature});
}

/** The hashing, computing, signing and verifying of the protocol, in a run of a consortium. */
export function primitivesOf(identity: Identity, consortium: string, run: string): Primitives {
  const context = {consortium, run, epoch: 0};
  return {
    hash: sha256,
    arithmetic: parameterArithmetic,
    sign: (bytes) => identity.sign("vote", context, bytes),
    verify: verifierOf(consortium, run),
  };
}
