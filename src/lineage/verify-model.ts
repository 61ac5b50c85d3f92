import {equals} from "uint8arrays";
import {
  fingerprintOf,
  type IdentifiedPlan,
  parsePlan,
  parseRoster,
  type Roster,
  rosterHash,
  verifyEnvelope,
} from "../consortium/index.ts";
import {at, CodedError, decodeText, sha256, toHex} from "../core/index.ts";
import {type Contract, readContract} from "../data/index.ts";
import {layoutOf} from "../model/index.ts";
import {createSnapshot, layoutSize} from "../parameters/index.ts";
import type {Certificate} from "../rounds/index.ts";
import {checkSigningBundle} from "./bundle.ts";
import {cardText, type RunResult} from "./card.ts";
import {readCertificates} from "./certificates-file.ts";
import {weightsBytes} from "./certified-model.ts";
import {checkChain} from "./chain.ts";
import {PAYLOAD_TYPE} from "./envelope-file.ts";
import type {LineageErrorCode} from "./errors.ts";
import {checkNames, FILE_NAMES, fileOf, hashesOf, type ModelFiles} from "./model-files.ts";
import {type MemberPart, participationOf} from "./participation.ts";
import {runFacts, type TrainedRun} from "./run-facts.ts";
import {lastValues} from "./safetensors.ts";
import {type OpenedStatement, readStatement, statementPayload} from "./statement.ts";
import {type Stretch, stretchesOf} from "./stretches.ts";

/** Papers of the verifier's own, against which the model is held. */
export interface BroughtPapers {
  readonly roster: Roster | null;
  readonly plan: IdentifiedPlan | null;
}

/** A model whose origin is proven, as far as the roster is right. */
export interface VerifiedModel {
  readonly facts: TrainedRun;
  readonly result: RunResult;
  readonly certificates: readonly Certificate[];
  readonly contributions: readonly Stretch[];
  readonly participation: readonly MemberPart[];
  readonly exporter: {
    readonly name: string;
    readonly peerId: string;
    readonly fingerprint: string;
    readonly writtenBy: string;
    /** SHA-256 of the PEM with which model-signing verifies the folder. */
    readonly signingKey: string;
  };
  /** True for papers that the verifier brought; the others are the folder's own. */
  readonly heldAgainst: {readonly roster: boolean; readonly plan: boolean};
}

function refusal(code: LineageErrorCode, what: string, hint: string): CodedError<LineageErrorCode> {
  return new CodedError(code, what, {hint});
}

const DO_NOT_USE = "Do not use the model before its exporter has explained it.";

function checkHashes(files: ModelFiles, {hashes}: OpenedStatement): void {
  const named = new Map(hashes.map(({name, sha256: hash}) => [name, hash]));
  for (const {name, sha256: hash} of hashesOf(files, [FILE_NAMES.statement, FILE_NAMES.bundle])) {
    if (named.get(name) === hash) continue;
    throw refusal("LINEAGE_FILE_CHANGED", `${name} is not the file that the statement names`, DO_NOT_USE);
  }
}

/** A member as both rosters must have it. */
const membersOf = ({members}: Roster): string[] =>
  members.map(({name, peerId, role}) => `${name} (${peerId}, ${role})`).sort();

/** @throws LINEAGE_ROSTER_FOREIGN naming a member that only one of the rosters has */
function compareRosters(own: Roster, brought: Roster): void {
  const code = "LINEAGE_ROSTER_FOREIGN";
  const hint = "Ask the consortium which roster the run had; do not use the model as theirs until then.";
  const [ours, theirs] = [membersOf(own), membersOf(brought)];
  const extra = ours.find((member) => !theirs.includes(member));
  if (extra !== undefined) throw refusal(code, `your roster has no ${extra}, the model's has`, hint);
  const missing = theirs.find((member) => !ours.includes(member));
  if (missing !== undefined) throw refusal(code, `the model's roster has no ${missing}, yours has`, hint);
  if (rosterHash(own) !== rosterHash(brought)) {
    throw refusal(code, `the model is of ${own.consortium}, your roster of ${brought.consortium}`, hint);
  }
}

function readPapers(files: ModelFiles, brought: BroughtPapers): {plan: IdentifiedPlan; roster: Roster} {
  const bytes = fileOf(files, "roster");
  const code = "CONSORTIUM_ROSTER_INVALID";
  const roster = parseRoster(decodeText(bytes, FILE_NAMES.roster, code), FILE_NAMES.roster);
  if (brought.roster !== null) compareRosters(roster, brought.roster);
  const plan = parsePlan(fileOf(files, "plan"), FILE_NAMES.plan);
  if (brought.plan !== null && brought.plan.hash !== plan.hash) {
    const what = `the model was trained under the plan ${plan.hash}, yours is ${brought.plan.hash}`;
    throw refusal("LINEAGE_PLAN_FOREIGN", what, "Compare the two files; every byte counts.");
  }
  return {plan, roster};
}

function checkSigner(statement: OpenedStatement, roster: Roster): string {
  const member = roster.members.find(({peerId}) => peerId === statement.signer);
  if (member === undefined) {
    const what = `the signer of the statement, ${statement.signer}, is not on the roster`;
    throw refusal("LINEAGE_SIGNER_FOREIGN", what, DO_NOT_USE);
  }
  if (!verifyEnvelope(statement.signer, {...statement, payloadType: PAYLOAD_TYPE})) {
    const what = `the statement does not carry the signature of ${member.name}`;
    throw refusal("LINEAGE_SIGNATURE_INVALID", what, DO_NOT_USE);
  }
  return member.name;
}

function contractOf(files: ModelFiles, {plan}: IdentifiedPlan): Contract {
  const bytes = fileOf(files, "contract");
  if (toHex(sha256(bytes)) !== plan.task.contract) {
    const what = `${FILE_NAMES.contract} is not the data contract that the plan names`;
    throw refusal("LINEAGE_CONTRACT_FOREIGN", what, DO_NOT_USE);
  }
  return readContract(bytes, FILE_NAMES.contract);
}

/** Refuses a plan whose model is larger than the weights, before room is made for it. */
function checkSize(weights: Uint8Array, {plan}: IdentifiedPlan, {features}: Contract): void {
  const {tensors} = layoutOf(plan.model, features.length);
  const shared = {tensors: tensors.filter(({name}) => !plan.training.local.includes(name))};
  if (4 * layoutSize(shared) > weights.length) throw foreignWeights();
}

function foreignWeights(): CodedError<LineageErrorCode> {
  const what = `the weights in ${FILE_NAMES.weights} are not those that the last certificate names`;
  return refusal("LINEAGE_MODEL_FOREIGN", what, "Do not use the model: its members did not decide it.");
}

/** The values of the weights' file. @throws LINEAGE_MODEL_FOREIGN unless the last certificate names them */
function readResult(weights: Uint8Array, {stages, rounds}: TrainedRun, last: Certificate): RunResult {
  const {layout, values: count} = stages.shapeOf(rounds - 1);
  const values = lastValues(weights, count);
  if (values === null) throw foreignWeights();
  const {hash} = createSnapshot(sha256, layout, values);
  if (hash !== last.body.result) throw foreignWeights();
  return {hash, values};
}

/** Makes the files that follow from the others again. @throws LINEAGE_FILE_FALSE */
function checkDerived(files: ModelFiles, facts: TrainedRun, result: RunResult): void {
  const derived = {
    weights: weightsBytes(facts, result),
    card: new TextEncoder().encode(cardText(facts, result)),
  };
  for (const file of ["weights", "card"] as const) {
    if (equals(fileOf(files, file), derived[file])) continue;
    const what = `${FILE_NAMES[file]} says something else than the plan and the certificates do`;
    throw refusal("LINEAGE_FILE_FALSE", what, DO_NOT_USE);
  }
}

function checkStatement(
  files: ModelFiles,
  facts: TrainedRun,
  certificates: readonly Certificate[],
  statement: OpenedStatement,
): void {
  const hashes = hashesOf(files, [FILE_NAMES.statement, FILE_NAMES.bundle]);
  if (equals(statement.payload, statementPayload(facts, certificates, hashes, statement))) return;
  const what = "the statement says something else than the files do";
  throw refusal("LINEAGE_STATEMENT_FALSE", what, DO_NOT_USE);
}

/**
 * Verifies the files of a certified model, without any network: every file's hash, both signatures, every
 * certificate against the roster and the plan's quorum, the chain from the run's beginning to the weights, and
 * all that the card and the statement say. Without a roster of the verifier's own it proves only that the
 * folder agrees with itself.
 * @throws LINEAGE_*, CONSORTIUM_ROSTER_INVALID, CONSORTIUM_PLAN_INVALID, DATA_CONTRACT_MALFORMED,
 *   MODEL_SPEC_INVALID, NODE_LOCAL_TENSORS_INVALID
 */
export function verifyModel(files: ModelFiles, brought: BroughtPapers): VerifiedModel {
  checkNames(files);
  const statement = readStatement(fileOf(files, "statement"));
  checkHashes(files, statement);
  const papers = readPapers(files, brought);
  const name = checkSigner(statement, papers.roster);
  const contract = contractOf(files, papers.plan);
  const weights = fileOf(files, "weights");
  checkSize(weights, papers.plan, contract);
  const {attempt, signer: peerId, writtenBy} = statement;
  const facts = runFacts({...papers, contract, attempt});
  const certificates = readCertificates(fileOf(files, "certificates"));
  checkChain(certificates, facts);
  const result = readResult(weights, facts, at(certificates, certificates.length - 1));
  checkDerived(files, facts, result);
  checkStatement(files, facts, certificates, statement);
  const signingKey = fileOf(files, "signingKey");
  const signed = hashesOf(files, [FILE_NAMES.bundle]);
  checkSigningBundle(fileOf(files, "bundle"), papers.plan.plan.name, signed, signingKey);
  const fingerprint = fingerprintOf(peerId);
  return {
    facts,
    result,
    certificates,
    contributions: stretchesOf(certificates, facts),
    participation: participationOf(certificates, facts),
    exporter: {name, peerId, fingerprint, writtenBy, signingKey: toHex(sha256(signingKey))},
    heldAgainst: {roster: brought.roster !== null, plan: brought.plan !== null},
  };
}
