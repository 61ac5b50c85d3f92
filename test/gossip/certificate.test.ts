import {describe, expect, it} from "vitest";
import {sha256} from "../../src/core/index.ts";
import {bodyHash, genesisHash, leastWeight, voteBytes} from "../../src/rounds/certificate.ts";
import {
  type BodyRules,
  type Certificate,
  type CertificateBody,
  type VoteStep,
  verifyCertificate,
} from "../../src/rounds/index.ts";
import {primitivesOf, RUN} from "./consortium.ts";

const MEMBERS = ["member-a", "member-b", "member-c", "member-d"];
const RULES: BodyRules = {
  run: RUN,
  roster: "ab".repeat(32),
  members: MEMBERS,
  quorum: 3,
  parent: genesisHash(sha256, RUN),
  previousPeak: 0.4,
  minimumContributors: 3,
  minimumWeight: 0.1,
  weightShare: 0.5,
};
const BODY: CertificateBody = {
  run: RUN,
  round: 4,
  attempt: 1,
  group: "0a".repeat(32),
  roster: RULES.roster,
  parent: RULES.parent ?? "",
  contributors: ["member-a", "member-b", "member-d"],
  weight: 0.3,
  peakWeight: 0.4,
  result: "cd".repeat(32),
};

interface Voting {
  readonly voters?: readonly string[];
  readonly ballot?: number;
  /** What the signatures are over, where it differs from what the certificate says. */
  readonly signed?: {
    readonly run?: string;
    readonly round?: number;
    readonly ballot?: number;
    readonly step?: VoteStep;
    readonly body?: string;
  };
}

function certify(
  body: CertificateBody,
  {voters = MEMBERS.slice(0, 3), ballot = 2, signed = {}}: Voting = {},
) {
  const step = "commit" as const;
  const content = {run: body.run, round: body.round, ballot, step, body: bodyHash(sha256, body), ...signed};
  const votes = voters.map((member) => ({member, signature: primitivesOf(member).sign(voteBytes(content))}));
  return {body, ballot, votes} satisfies Certificate;
}

function verify(certificate: Certificate, rules: BodyRules = RULES): void {
  verifyCertificate(primitivesOf("anyone"), certificate, rules);
}

const refusal = (reason: string) =>
  expect.objectContaining({code: "GOSSIP_CERTIFICATE_INVALID", message: expect.stringContaining(reason)});

describe("a certificate", () => {
  it("holds with a majority's votes, whoever they are", () => {
    for (const voters of [MEMBERS, MEMBERS.slice(1), ["member-d", "member-a", "member-c"]]) {
      expect(() => verify(certify(BODY, {voters})), voters.join()).not.toThrow();
    }
  });

  it("holds when a forged vote lies beside enough true ones", () => {
    const certificate = certify(BODY);
    const forged = {member: "member-d", signature: new Uint8Array(32)};
    expect(() => verify({...certificate, votes: [forged, ...certificate.votes]})).not.toThrow();
  });

  it("holds without its parent where rounds were missed: the votes still bind it", () => {
    expect(() => verify(certify({...BODY, parent: "ee".repeat(32)}), {...RULES, parent: null})).not.toThrow();
  });

  it.each<[string, Certificate]>([
    ["two of four votes", certify(BODY, {voters: MEMBERS.slice(0, 2)})],
    ["no votes", {...certify(BODY), votes: []}],
    ["one voter thrice", certify(BODY, {voters: ["member-a", "member-a", "member-a"]})],
    ["one voter twice and another", certify(BODY, {voters: ["member-a", "member-b", "member-a"]})],
    ["a voter who is no member", certify(BODY, {voters: ["member-a", "member-b", "member-x"]})],
    ["votes of another ballot", certify(BODY, {signed: {ballot: 1}})],
    ["votes of another round", certify(BODY, {signed: {round: 3}})],
    ["votes of another run", certify(BODY, {signed: {run: "ff".repeat(16)}})],
    ["votes to accept it only", certify(BODY, {signed: {step: "accept"}})],
    ["votes for another body", certify(BODY, {signed: {body: "00".repeat(32)}})],
    ["a body changed after the votes", {...certify(BODY), body: {...BODY, weight: 0.35}}],
    ["a ballot changed after the votes", {...certify(BODY), ballot: 3}],
  ])("with %s is refused", (_, certificate) => {
    expect(() => verify(certificate)).toThrow(refusal("quorum"));
  });

  it("with one signature under another's name is refused", () => {
    const certificate = certify(BODY, {voters: MEMBERS.slice(0, 2)});
    const stolen = {member: "member-c", signature: certificate.votes[0]?.signature ?? new Uint8Array()};
    expect(() => verify({...certificate, votes: [...certificate.votes, stolen]})).toThrow(refusal("quorum"));
  });

  it.each<[string, Partial<CertificateBody>, string]>([
    ["another run", {run: "ff".repeat(16)}, "another run"],
    ["a foreign roster", {roster: "ee".repeat(32)}, "another roster"],
    ["a foreign parent", {parent: "ee".repeat(32)}, "another certificate"],
    ["an unknown contributor", {contributors: ["member-a", "member-b", "member-x"]}, "not on the roster"],
    [
      "a contributor twice",
      {contributors: ["member-a", "member-a", "member-b"]},
      "not on the roster, or twice",
    ],
    ["contributors out of order", {contributors: ["member-b", "member-a", "member-d"]}, "not on the roster"],
    ["too few contributors", {contributors: ["member-a", "member-b"]}, "too few members"],
    ["too little of the peak weight", {weight: 0.19}, "too little of the weight"],
    ["less than the plan's least weight", {weight: 0.05, peakWeight: 0.4}, "too little of the weight"],
    ["a peak below its own weight", {weight: 0.5, peakWeight: 0.45}, "peak weight"],
    ["a peak below the one before", {peakWeight: 0.35}, "peak weight"],
    ["a peak that no round had", {peakWeight: 0.41}, "peak weight is too high"],
  ])("of %s is refused, although a majority voted for it", (_, change, reason) => {
    expect(() => verify(certify({...BODY, ...change}))).toThrow(refusal(reason));
  });

  it("of one member needs that member's vote", () => {
    const rules = {...RULES, members: ["member-a"], quorum: 1, minimumContributors: 1};
    const body = {...BODY, contributors: ["member-a"]};
    expect(() => verify(certify(body, {voters: ["member-a"]}), rules)).not.toThrow();
    expect(() => verify(certify(body, {voters: ["member-b"]}), rules)).toThrow(refusal("quorum"));
  });

  it("of two members needs both", () => {
    const rules = {...RULES, members: MEMBERS.slice(0, 2), quorum: 2, minimumContributors: 2};
    const body = {...BODY, contributors: MEMBERS.slice(0, 2)};
    expect(() => verify(certify(body, {voters: MEMBERS.slice(0, 2)}), rules)).not.toThrow();
    for (const voter of MEMBERS.slice(0, 2)) {
      expect(() => verify(certify(body, {voters: [voter]}), rules), voter).toThrow(refusal("quorum"));
    }
  });
});

describe("the weight a round needs", () => {
  it("is the plan's share of the largest so far, and at first the start rule's", () => {
    expect(leastWeight(RULES, 0.8)).toBe(0.4);
    expect(leastWeight({...RULES, minimumWeight: 0.7}, 0.8)).toBe(0.7);
    expect(leastWeight({...RULES, minimumWeight: 0, weightShare: 0}, 0.8)).toBe(0);
  });
});
