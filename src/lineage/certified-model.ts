import type {IdentifiedPlan, Identity, Roster} from "../consortium/index.ts";
import {readContract} from "../data/index.ts";
import type {Certificate} from "../rounds/index.ts";
import {bundleBytes, publicPem} from "./bundle.ts";
import {cardText, INTENDED_USE, type RunResult} from "./card.ts";
import {certificatesBytes} from "./certificates-file.ts";
import {checkChain} from "./chain.ts";
import {envelopeOf, PAYLOAD_TYPE} from "./envelope-file.ts";
import {FILE_NAMES, hashesOf, type ModelFiles} from "./model-files.ts";
import {runFacts, type TrainedRun} from "./run-facts.ts";
import {safetensorsBytes} from "./safetensors.ts";
import {refuseSmallCounts} from "./small-counts.ts";
import {statementBytes, statementPayload} from "./statement.ts";

/** A finished run at a member. */
export interface FinishedRun {
  readonly plan: IdentifiedPlan;
  /** The plan file's bytes, as they were approved. */
  readonly planBytes: Uint8Array;
  readonly attempt: number;
  readonly roster: Roster;
  /** The data contract's text. */
  readonly contract: string;
  readonly certificates: readonly Certificate[];
  readonly result: RunResult;
}

/** Signs in a member's name. */
export interface Exporter {
  readonly identity: Pick<Identity, "peerId" | "signEnvelope">;
  /** Signs for programs that know P-256 keys only; PKCS#8 PEM. */
  readonly signingKey: string;
  /** Program and version. */
  readonly writtenBy: string;
}

/** The roster without addresses, which are nobody's business outside. */
function rosterText({formatVersion, consortium, members}: Roster): string {
  const named = members.map(({name, peerId, role}) => ({name, peerId, role}));
  return `${JSON.stringify({formatVersion, consortium, members: named}, null, 2)}\n`;
}

/** The weights' file, which follows from the run and its values. */
export function weightsBytes({stages, plan}: TrainedRun, {hash, values}: RunResult): Uint8Array {
  const metadata = {parameterHash: hash, plan: plan.hash, intendedUse: INTENDED_USE};
  return safetensorsBytes(stages.snapshot, values, metadata);
}

/** `files` with the statement on them, then the bundle on all. */
export function signedModel(
  files: ModelFiles,
  {facts, certificates}: {readonly facts: TrainedRun; readonly certificates: readonly Certificate[]},
  {identity, signingKey, writtenBy}: Exporter,
): ModelFiles {
  const stated = {writtenBy, signer: identity.peerId};
  const payload = statementPayload(facts, certificates, hashesOf(files, []), stated);
  const signature = identity.signEnvelope(PAYLOAD_TYPE, payload);
  const statement = statementBytes(envelopeOf(payload, signature, identity.peerId));
  const withStatement = new Map([...files, [FILE_NAMES.statement, statement]]);
  const bundle = bundleBytes(facts.plan.plan.name, hashesOf(withStatement, []), signingKey);
  return new Map([...withStatement, [FILE_NAMES.bundle, bundle]]);
}

/**
 * The files of a finished run's model with the proof of its origin, signed by the exporting member.
 * @throws LINEAGE_CHAIN_BROKEN if the member missed rounds; LINEAGE_SMALL_COUNT; LINEAGE_CERTIFICATE_INVALID
 */
export function certifiedModel(finished: FinishedRun, exporter: Exporter): ModelFiles {
  const {certificates, result, planBytes, contract} = finished;
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  const facts = runFacts({...finished, contract: readContract(text(contract), FILE_NAMES.contract)});
  checkChain(certificates, facts);
  refuseSmallCounts(certificates, facts);
  const files = new Map([
    [FILE_NAMES.weights, weightsBytes(facts, result)],
    [FILE_NAMES.card, text(cardText(facts, result))],
    [FILE_NAMES.plan, planBytes],
    [FILE_NAMES.contract, text(contract)],
    [FILE_NAMES.roster, text(rosterText(finished.roster))],
    [FILE_NAMES.certificates, certificatesBytes(certificates)],
    [FILE_NAMES.signingKey, publicPem(exporter.signingKey)],
  ]);
  return signedModel(files, {facts, certificates}, exporter);
}
