import {decode} from "cborg";
import {z} from "zod";
import {runId} from "../../../src/consortium/index.ts";
import {openStateDirectory} from "../../../src/storage/index.ts";
import type {Consortium, Site} from "../consortium.ts";

const bytesSchema = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const evidenceLine = z.object({
  kind: z.literal("equivocation"),
  round: z.int(),
  member: z.string(),
  claims: bytesSchema,
});
const claimsSchema = z.object({
  kind: z.literal("vote"),
  ballot: z.int(),
  step: z.enum(["accept", "commit"]),
  bodies: z.tuple([z.string(), z.string()]),
  signatures: z.tuple([bytesSchema, bytesSchema]),
});

/** A proof that a site's journal keeps of a member that voted twice. */
export interface Evidence {
  readonly round: number;
  readonly member: string;
  readonly claims: z.output<typeof claimsSchema>;
}

/** The proofs in the journal of a site whose daemon has ended. */
export async function readEvidence({plan}: Consortium, site: Site): Promise<Evidence[]> {
  const state = await openStateDirectory(site.state);
  try {
    const {journal} = await state.openRun(runId(plan.hash, 1));
    return journal.entries().flatMap((bytes) => {
      const line = evidenceLine.safeParse(decode(bytes));
      return line.success ? [{...line.data, claims: claimsSchema.parse(decode(line.data.claims))}] : [];
    });
  } finally {
    await state.close();
  }
}
