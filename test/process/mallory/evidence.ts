import {decode} from "cborg";
import {z} from "zod";
import {runId} from "../../../src/consortium/index.ts";
import type {Contradiction} from "../../../src/rounds/frames.ts";
import {canonicalBytes, decodeFrame} from "../../../src/rounds/index.ts";
import {openStateDirectory} from "../../../src/storage/index.ts";
import type {Consortium, Site} from "../consortium.ts";

const evidenceLine = z.object({
  kind: z.literal("equivocation"),
  round: z.int(),
  member: z.string(),
  claims: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
});

/** A proof that a site's journal keeps of a member that lied. */
export interface Evidence {
  readonly round: number;
  readonly member: string;
  readonly claims: Contradiction;
}

/** Reads claims as the frame that carries them would be read. */
function claimsOf(run: string, {round, member, claims}: z.output<typeof evidenceLine>): Contradiction {
  const frame = decodeFrame(
    canonicalBytes({type: "contradiction", run, round, member, claims: decode(claims)}),
  );
  if (frame.type !== "contradiction") throw new Error("a contradiction was read as something else");
  return frame.claims;
}

/** The proofs in the journal of a site whose daemon has ended. */
export async function readEvidence({plan}: Consortium, site: Site): Promise<Evidence[]> {
  const state = await openStateDirectory(site.state);
  const run = runId(plan.hash, 1);
  try {
    const {journal} = await state.openRun(run);
    return journal.entries().flatMap((bytes) => {
      const line = evidenceLine.safeParse(decode(bytes));
      if (!line.success) return [];
      const {round, member} = line.data;
      return [{round, member, claims: claimsOf(run, line.data)}];
    });
  } finally {
    await state.close();
  }
}
