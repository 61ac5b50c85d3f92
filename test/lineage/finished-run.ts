import {generateKeyPairSync} from "node:crypto";
import {
  consortiumId,
  type Identity,
  parsePlan,
  type Roster,
  rosterHash,
  runId,
} from "../../src/consortium/index.ts";
import {at, sha256, toHex} from "../../src/core/index.ts";
import {contractText, featuresOf} from "../../src/data/index.ts";
import type {Exporter, FinishedRun} from "../../src/lineage/index.ts";
import {createSnapshot} from "../../src/parameters/index.ts";
import {planStages, type Stages} from "../../src/participant/index.ts";
import {voteBytes} from "../../src/rounds/certificate.ts";
import {bodyHash, type Certificate, type CertificateBody, canonicalBytes} from "../../src/rounds/index.ts";
import {identityOf, SITES, type ThreeSites, threeSites} from "../node/three-sites.ts";

/** The names of sites that take part in a round, by round; all by default. */
export type Attendance = (round: number) => {
  readonly contribute: readonly string[];
  readonly vote: readonly string[];
};

/** What {@link finishedRun} is made of. */
export interface FinishedOptions {
  readonly consortium?: ThreeSites;
  readonly attendance?: Attendance;
  /** A site's weight p. */
  weightOf?(site: string): number;
}

const WEIGHTS: Readonly<Record<string, number>> = {north: 0.5, south: 0.25, east: 0.125};
const everyone: Attendance = () => ({contribute: SITES, vote: SITES});

const idOf = (site: string): string => identityOf(site).peerId;

/** Signs a body in the names of sites, as their nodes do. */
export function certify(roster: Roster, body: CertificateBody, voters: readonly string[]): Certificate {
  const {run, round} = body;
  const vote = voteBytes({run, round, ballot: body.attempt, step: "commit", body: bodyHash(sha256, body)});
  const context = {consortium: consortiumId(roster.consortium), run, epoch: 0};
  const signatureOf = (site: string): Uint8Array => identityOf(site).sign("vote", context, vote);
  const votes = voters.map((site) => ({member: idOf(site), signature: signatureOf(site)}));
  return {body, ballot: body.attempt, votes};
}

/** A snapshot of a round with values that are different in every place. */
function snapshotOf(stages: Stages, round: number) {
  const {layout, values} = stages.shapeOf(round);
  return createSnapshot(
    sha256,
    layout,
    Float32Array.from({length: values}, (_, index) => (round + 1) / (index + 3)),
  );
}

/** A run of three sites with real signatures, whose results are made up: nothing in a chain hangs on training. */
export async function finishedRun({
  consortium,
  attendance = everyone,
  weightOf = (site) => WEIGHTS[site] ?? Number.NaN,
}: FinishedOptions = {}): Promise<FinishedRun> {
  const {plan: planned, roster, task} = consortium ?? (await threeSites());
  const planBytes = new TextEncoder().encode(JSON.stringify(planned.plan));
  const plan = parsePlan(planBytes, "plan.yaml");
  const stages = planStages(plan.plan, featuresOf(task.task));
  const run = runId(plan.hash, 1);
  const certificates: Certificate[] = [];
  let parent = toHex(sha256(canonicalBytes(["consilium/genesis/1", run])));
  let peakWeight = 0;
  for (let round = 0; round < stages.rounds; round++) {
    const {contribute, vote} = attendance(round);
    const weight = contribute.reduce((sum, site) => sum + weightOf(site), 0);
    peakWeight = Math.max(peakWeight, weight);
    const body: CertificateBody = {
      run,
      round,
      attempt: round % 3,
      group: toHex(sha256(Uint8Array.of(round))),
      roster: rosterHash(roster),
      parent,
      contributors: contribute.map(idOf).sort(),
      weight,
      peakWeight,
      result: snapshotOf(stages, round).hash,
    };
    certificates.push(certify(roster, body, vote));
    parent = bodyHash(sha256, body);
  }
  const last = at(certificates, certificates.length - 1);
  return {
    plan,
    planBytes,
    attempt: 1,
    roster,
    contract: contractText(task.task),
    certificates,
    result: {hash: last.body.result, values: snapshotOf(stages, stages.rounds - 1).values},
  };
}

const {privateKey} = generateKeyPairSync("ec", {namedCurve: "P-256"});
const SIGNING_KEY = String(privateKey.export({format: "pem", type: "pkcs8"}));

/** A member that exports. */
export function exporterOf(site: string, change: Partial<Identity> = {}): Exporter {
  return {identity: {...identityOf(site), ...change}, signingKey: SIGNING_KEY, writtenBy: "consilium 1.2.3"};
}
