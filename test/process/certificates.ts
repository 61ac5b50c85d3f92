import {decode} from "cborg";
import {expect} from "vitest";
import {z} from "zod";
import {runId, weightCap} from "../../src/consortium/index.ts";
import {sha256} from "../../src/core/index.ts";
import {readSite, splitSite} from "../../src/data/index.ts";
import {bodyHash, type Certificate, decodeCertificate} from "../../src/rounds/index.ts";
import {openStateDirectory} from "../../src/storage/index.ts";
import type {Consortium, Site} from "./consortium.ts";

const certificateLine = z.object({
  kind: z.literal("certificate"),
  certificate: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
});

/** The certificates in the journal of a site whose daemon has ended, in the order of their writing. */
export async function readCertificates({plan}: Consortium, site: Site): Promise<Certificate[]> {
  const state = await openStateDirectory(site.state);
  try {
    const {journal} = await state.openRun(runId(plan.hash, 1));
    return journal.entries().flatMap((bytes) => {
      const line = certificateLine.safeParse(decode(bytes));
      return line.success ? [decodeCertificate(line.data.certificate)] : [];
    });
  } finally {
    await state.close();
  }
}

/** p_i of each site by peer id, from the patients in its file. */
async function weights({plan, task: {task, folder}, sites}: Consortium): Promise<Map<string, number>> {
  const {seed, weights: rule} = plan.plan;
  const cap = weightCap(plan.plan);
  const entries = sites.map(async ({name, peerId}): Promise<[string, number]> => {
    const table = await readSite({task, folder, site: name, variables: {}});
    const {patients} = splitSite(table, task, seed).train;
    return [peerId, Math.min(patients, cap) / rule.reference];
  });
  return new Map(await Promise.all(entries));
}

/**
 * Checks what the journals of all `sites`, whose daemons have ended, say together: nobody applied a round twice or
 * another result than the others, and every contribution is in a round's weight exactly once.
 * @returns the certificates of the run by round
 */
export async function expectOneHistory(
  consortium: Consortium,
  sites: readonly Site[] = consortium.sites,
): Promise<Map<number, Certificate>> {
  const weightOf = await weights(consortium);
  const history = new Map<number, Certificate>();
  for (const site of sites) {
    let before: Certificate | undefined;
    for (const certificate of await readCertificates(consortium, site)) {
      const {body} = certificate;
      const where = `${site.name}, round ${body.round}`;
      expect(body.round, `${where}: rounds go forward`).toBeGreaterThan(before?.body.round ?? -1);
      const known = history.get(body.round) ?? certificate;
      expect(body, `${where}: one certificate for all`).toEqual(known.body);
      if (before?.body.round === body.round - 1)
        expect(body.parent, `${where}: parent`).toBe(bodyHash(sha256, before.body));
      const weight = body.contributors.reduce((sum, member) => sum + (weightOf.get(member) ?? 0), 0);
      expect(body.weight, `${where}: each contribution once`).toBe(weight);
      expect(new Set(body.contributors).size, `${where}: contributors`).toBe(body.contributors.length);
      history.set(body.round, known);
      before = certificate;
    }
    expect(before?.body.round, `${site.name}: its last certificate`).toBe(consortium.lastRound);
  }
  return history;
}
