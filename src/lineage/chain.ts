import {at, CodedError, isCoded} from "../core/index.ts";
import {type Certificate, rulesAfter, verifyCertificate} from "../rounds/index.ts";
import type {LineageErrorCode} from "./errors.ts";
import type {TrainedRun} from "./run-facts.ts";

function broken(what: string, round: number): CodedError<LineageErrorCode> {
  return new CodedError("LINEAGE_CHAIN_BROKEN", what, {
    data: {round},
    hint: "All rounds' certificates are needed. A member that missed some takes them from another: `consilium model certificates` there, then `consilium model export --certificates FILE` here.",
  });
}

/**
 * One certificate for each round of which any of the lists has one, in order of rounds; where both have one,
 * the first list's. Nothing of them is checked.
 */
export function mergeCertificates(
  own: readonly Certificate[],
  others: readonly Certificate[],
): Certificate[] {
  const byRound = new Map([...others, ...own].map((certificate) => [certificate.body.round, certificate]));
  return [...byRound.values()].sort((one, other) => one.body.round - other.body.round);
}

function checkPlace({body}: Certificate, index: number): void {
  if (body.round === index) return;
  const place = `the certificate of round ${body.round + 1} stands in the place of round ${index + 1}`;
  throw broken(
    body.round > index ? `the certificate of round ${index + 1} is missing: ${place}` : place,
    index,
  );
}

/**
 * Checks that `certificates` are those of all rounds of the run, in order, each signed by a quorum of the
 * roster and following the one before, from the run's beginning on. The rules are those by which a daemon
 * votes.
 * @throws LINEAGE_CHAIN_BROKEN, LINEAGE_CERTIFICATE_INVALID
 */
export function checkChain(certificates: readonly Certificate[], {rules, rounds}: TrainedRun): void {
  for (const [index, certificate] of certificates.entries()) {
    checkPlace(certificate, index);
    const parent = index === 0 ? null : {certificate: at(certificates, index - 1)};
    try {
      verifyCertificate(rules.primitives, certificate, rulesAfter(rules, parent, true));
    } catch (cause) {
      if (!isCoded(cause)) throw cause;
      throw new CodedError<LineageErrorCode>("LINEAGE_CERTIFICATE_INVALID", cause.message, {
        data: {round: index},
        hint: "Do not use the model: its members did not decide this round under this plan and roster.",
        cause,
      });
    }
  }
  const {length} = certificates;
  if (length < rounds) throw broken(`the certificate of round ${length + 1} is missing`, length);
  if (length > rounds) throw broken(`there are ${length} certificates of ${rounds} rounds`, rounds);
}
