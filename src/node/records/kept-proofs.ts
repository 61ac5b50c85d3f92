import {isCoded} from "../../core/index.ts";
import {
  type Contradiction,
  decodeContradiction,
  isOwnContradiction,
  type Primitives,
} from "../../rounds/index.ts";
import {foreignJournal} from "./foreign-journal.ts";

/** The facts against which kept proofs are checked. */
export interface ProofCheck {
  readonly run: string;
  readonly verify: Primitives["verify"];
}

/** A line of a run's journal: proof that a member signed words of which one is a lie. */
export interface KeptProof {
  readonly round: number;
  readonly member: string;
  readonly claims: Uint8Array;
}

function claimsOf({claims}: KeptProof): Contradiction | null {
  try {
    return decodeContradiction(claims);
  } catch (error) {
    if (!isCoded(error)) throw error;
    return null;
  }
}

/**
 * Members that `proofs` show to have lied, each once. A false sum and false products are checked only by
 * signature: the parts that show them false are gone with their round.
 * @throws NODE_JOURNAL_FOREIGN if a proof does not hold
 */
export function provenLiars(proofs: readonly KeptProof[], {run, verify}: ProofCheck): string[] {
  for (const proof of proofs) {
    const {round, member} = proof;
    const claims = claimsOf(proof);
    if (claims === null || !isOwnContradiction({verify}, {run, round}, member, claims)) {
      throw foreignJournal(`its proof against ${member} in round ${round + 1} does not hold`);
    }
  }
  return [...new Set(proofs.map(({member}) => member))];
}
