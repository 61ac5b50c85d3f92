import fc from "fast-check";
import {beforeAll, describe, expect, it} from "vitest";
import {parsePlan, type Roster, rosterHash} from "../../src/consortium/index.ts";
import {at, errorLine, isCoded, present, sha256, toHex} from "../../src/core/index.ts";
import {readContract} from "../../src/data/index.ts";
import {certificatesBytes} from "../../src/lineage/certificates-file.ts";
import {signedModel, weightsBytes} from "../../src/lineage/certified-model.ts";
import {
  appliedModel,
  certifiedModel,
  type FinishedRun,
  type ModelFiles,
  verifyModel,
} from "../../src/lineage/index.ts";
import {FILE_NAMES} from "../../src/lineage/model-files.ts";
import {runFacts, type TrainedRun} from "../../src/lineage/run-facts.ts";
import type {Certificate} from "../../src/rounds/index.ts";
import {identityOf, PLAIN_TRAINING, SITES, threeSites} from "../node/three-sites.ts";
import {certify, exporterOf, finishedRun} from "./finished-run.ts";

const NOTHING = {roster: null, plan: null};
/** Faults of a file that is none of ours any more. */
const REFUSALS = /^(LINEAGE|CONSORTIUM|DATA)_/;

let finished: FinishedRun;
let facts: TrainedRun;
let files: ModelFiles;
beforeAll(async () => {
  finished = await finishedRun();
  facts = runFacts({...finished, contract: readContract(Buffer.from(finished.contract), "contract.json")});
  files = certifiedModel(finished, exporterOf("north"));
});

/** The code with which the files are refused, and the line that a person reads. */
function refusalOf(changed: ModelFiles, brought = NOTHING as Parameters<typeof verifyModel>[1]) {
  try {
    verifyModel(changed, brought);
  } catch (error) {
    if (isCoded(error)) return {code: error.code, line: errorLine(error)};
    throw error;
  }
  return {code: "accepted", line: ""};
}

/** The code with which a change of the file is found; in the statement it can be in any word. */
function codeOf(name: string): RegExp {
  if (name === FILE_NAMES.statement) return REFUSALS;
  return name === FILE_NAMES.bundle ? /^LINEAGE_BUNDLE_INVALID$/ : /^LINEAGE_FILE_CHANGED$/;
}

const withFile = (name: string, bytes: Uint8Array): ModelFiles => new Map([...files, [name, bytes]]);

/** Files that a member changes and then signs again, as it can. */
function lie(
  changes: Partial<Record<keyof typeof FILE_NAMES, Uint8Array>>,
  certificates: readonly Certificate[] = finished.certificates,
  exporter = exporterOf("north"),
): ModelFiles {
  const kept = [...files].filter(([name]) => name !== FILE_NAMES.statement && name !== FILE_NAMES.bundle);
  const changed = Object.entries(changes).map(
    ([file, bytes]) => [FILE_NAMES[file as keyof typeof FILE_NAMES], bytes] as const,
  );
  return signedModel(new Map([...kept, ...changed]), {facts, certificates}, exporter);
}

const lieOfChain = (certificates: readonly Certificate[]): ModelFiles =>
  lie({certificates: certificatesBytes(certificates)}, certificates);

const rosterFile = (roster: Roster): Uint8Array => Buffer.from(JSON.stringify(roster));

describe("a certified model", () => {
  it("is accepted, and says who trained it, with which weights, in which rounds, under which plan", () => {
    const verified = verifyModel(files, {roster: finished.roster, plan: finished.plan});
    expect(verified.heldAgainst).toEqual({roster: true, plan: true});
    expect(verified.facts.plan.hash).toBe(toHex(sha256(finished.planBytes)));
    expect(verified.contributions).toEqual([
      {
        from: 0,
        to: 4,
        contributors: SITES.map((site) => identityOf(site).peerId).sort(),
        weight: 0.875,
        counted: 224,
      },
    ]);
    expect(
      verified.participation.map(({name, trained, contributed}) => [name, trained, contributed]),
    ).toEqual(SITES.map((site) => [site, 3, 5]));
    expect(verified.exporter).toMatchObject({name: "north", fingerprint: identityOf("north").fingerprint});
    expect(verified.result.hash).toBe(finished.result.hash);
    expect(verifyModel(files, NOTHING).heldAgainst).toEqual({roster: false, plan: false});
  });

  it("gives the very parameters and the scaling that the last snapshot holds", () => {
    const {parameters, standardiser} = appliedModel(verifyModel(files, NOTHING));
    expect(parameters).toEqual(finished.result.values.subarray(0, parameters.length));
    expect(standardiser?.mean).toHaveLength(facts.contract.features.length);
  });

  it("cannot be applied by others if sites keep parts of it", async () => {
    const {settings} = {settings: {...PLAIN_TRAINING, local: ["dense0.bias"]}};
    const plan = (await threeSites()).plan.plan;
    const consortium = await threeSites({training: {...plan.training, ...settings}});
    const own = certifiedModel(await finishedRun({consortium}), exporterOf("south"));
    expect(() => appliedModel(verifyModel(own, NOTHING))).toThrow(/each member keeps its own dense0\.bias/);
  });

  it("is refused after any changed byte, which is told with the file's name", () => {
    const property = fc.property(
      fc.constantFrom(...Object.values(FILE_NAMES)),
      fc.nat(),
      fc.integer({min: 1, max: 255}),
      (name, place, flip) => {
        const bytes = present(files.get(name), name).slice();
        const index = place % bytes.length;
        bytes[index] = at(bytes, index) ^ flip;
        const {code, line} = refusalOf(withFile(name, bytes));
        expect(code).toMatch(codeOf(name));
        expect(line).toContain(name === FILE_NAMES.statement ? "" : name);
      },
    );
    fc.assert(property, {numRuns: 400});
  });

  it.each(Object.values(FILE_NAMES))("is refused if %s is missing, cut off or longer", (name) => {
    const without = new Map([...files].filter(([other]) => other !== name));
    expect(refusalOf(without)).toEqual({code: "LINEAGE_FILE_MISSING", line: expect.stringContaining(name)});
    const bytes = present(files.get(name), name);
    expect(refusalOf(withFile(name, bytes.subarray(0, -1))).code).toMatch(REFUSALS);
    expect(refusalOf(withFile(name, Buffer.concat([bytes, Buffer.from(" ")]))).code).toMatch(REFUSALS);
    expect(refusalOf(withFile(name, new Uint8Array())).code).toMatch(REFUSALS);
  });

  it("is refused with a file that nobody signed", () => {
    expect(refusalOf(withFile("model.bin", new Uint8Array()))).toEqual({
      code: "LINEAGE_FILE_FOREIGN",
      line: expect.stringContaining("model.bin"),
    });
  });

  it("is refused if it is held against another roster or plan than its own", async () => {
    const {members} = finished.roster;
    const renamed = members.map((member) => (member.name === "east" ? {...member, name: "west"} : member));
    const evaluating = members.map((member) => ({...member, role: "evaluator" as const}));
    for (const roster of [
      {...finished.roster, members: renamed},
      {...finished.roster, members: members.slice(1)},
      {...finished.roster, members: evaluating},
      {...finished.roster, consortium: "other"},
    ]) {
      expect(refusalOf(files, {roster, plan: null}).code).toBe("LINEAGE_ROSTER_FOREIGN");
    }
    const other = parsePlan(Buffer.from(`${Buffer.from(finished.planBytes)}\n`), "plan.yaml");
    expect(refusalOf(files, {roster: null, plan: other}).code).toBe("LINEAGE_PLAN_FOREIGN");
    const addressed = members.map((member) => ({...member, addresses: ["/ip4/127.0.0.1/tcp/1"]}));
    expect(refusalOf(files, {roster: {...finished.roster, members: addressed}, plan: null}).code).toBe(
      "accepted",
    );
  });
});

describe("a member that lies and signs", () => {
  it("cannot leave certificates out, repeat or reorder them", () => {
    const {certificates} = finished;
    const places = fc.array(fc.nat(certificates.length - 1), {maxLength: 8});
    const property = fc.property(places, (chosen) => {
      fc.pre(`${chosen}` !== `${[...certificates.keys()]}`);
      const {code} = refusalOf(lieOfChain(chosen.map((place) => at(certificates, place))));
      expect(code).toBe("LINEAGE_CHAIN_BROKEN");
    });
    fc.assert(property, {numRuns: 200});
    expect(refusalOf(lieOfChain(certificates.filter((_, round) => round !== 2))).line).toMatch(
      /the certificate of round 3 is missing/,
    );
    expect(refusalOf(lieOfChain(certificates.slice(0, -1))).line).toMatch(
      /the certificate of round 5 is missing/,
    );
  });

  it("cannot change a certificate, forge votes or take one of another run", async () => {
    const {certificates, roster} = finished;
    const third = at(certificates, 2);
    const {body, votes} = third;
    const [first, second, ...others] = votes;
    const forge = (vote: typeof first) => ({
      ...present(vote, "a vote"),
      signature: new Uint8Array(64).fill(7),
    });
    const lies: Certificate[] = [
      // Two of three are a quorum under this plan, one is none.
      {...third, votes: others},
      {...third, votes: [forge(first), forge(second), ...others]},
      {...third, votes: [...others, ...others, ...others]},
      {...third, ballot: third.ballot + 1},
      {...third, body: {...body, weight: 0.5}},
      {...third, body: {...body, contributors: body.contributors.slice(1)}},
      certify(roster, {...body, run: "ab".repeat(16)}, SITES),
      certify(roster, {...body, parent: "ab".repeat(32)}, SITES),
      certify(roster, {...body, roster: "ab".repeat(32)}, SITES),
      certify(roster, {...body, peakWeight: 2}, SITES),
    ];
    for (const other of lies) {
      const {code, line} = refusalOf(
        lieOfChain(certificates.map((own, round) => (round === 2 ? other : own))),
      );
      expect(code).toBe("LINEAGE_CERTIFICATE_INVALID");
      expect(line).toMatch(/the certificate of round 3 is invalid/);
    }
    const foreign = await finishedRun({consortium: await threeSites({seed: 6})});
    expect(refusalOf(lieOfChain(foreign.certificates)).code).toBe("LINEAGE_CERTIFICATE_INVALID");
  });

  it("cannot put other papers or weights in, or say something else than they do", () => {
    const {result, roster, plan} = finished;
    const changed = result.values.slice();
    changed[0] = 17;
    const swapped = new TextDecoder()
      .decode(files.get(FILE_NAMES.card))
      .replace('"rounds": 5', '"rounds": 50');
    const members = roster.members.slice(1);
    const otherPlan = {...plan.plan, rounds: plan.plan.rounds + 1};
    const text = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
    const seen = (change: Parameters<typeof lie>[0]): string => refusalOf(lie(change)).code;
    expect(seen({weights: weightsBytes(facts, {...result, values: changed})})).toBe("LINEAGE_MODEL_FOREIGN");
    expect(seen({weights: new Uint8Array(3)})).toBe("LINEAGE_MODEL_FOREIGN");
    expect(seen({weights: weightsBytes(facts, {...result, hash: "ab".repeat(32)})})).toBe(
      "LINEAGE_FILE_FALSE",
    );
    expect(seen({card: Buffer.from(swapped)})).toBe("LINEAGE_FILE_FALSE");
    expect(seen({contract: Buffer.from("[]")})).toBe("LINEAGE_CONTRACT_FOREIGN");
    expect(seen({roster: rosterFile({...roster, members})})).toBe("LINEAGE_SIGNER_FOREIGN");
    expect(seen({roster: Buffer.from("members: 3")})).toBe("CONSORTIUM_ROSTER_INVALID");
    expect(seen({roster: rosterFile({...roster, consortium: "other"})})).toBe("LINEAGE_PLAN_FOREIGN");
    expect(seen({plan: text(otherPlan)})).toBe("LINEAGE_CERTIFICATE_INVALID");
    expect(seen({plan: text({...plan.plan, name: "another"})})).toBe("LINEAGE_CERTIFICATE_INVALID");
    expect(seen({plan: Buffer.from("rounds: 3")})).toBe("CONSORTIUM_PLAN_INVALID");
    for (const bytes of [
      Buffer.from("not CBOR"),
      Buffer.from([0x81, 0x41, 0x00]),
      Buffer.from("81".repeat(20_000), "hex"),
    ])
      expect(seen({certificates: bytes})).toBe("LINEAGE_CERTIFICATES_MALFORMED");
    expect(seen({signingKey: Buffer.from("no key")})).toBe("LINEAGE_BUNDLE_INVALID");
  });

  it("cannot say of the certificates what they do not say", () => {
    const stated = {facts: {...facts, rounds: 50}, certificates: finished.certificates};
    const kept = new Map(
      [...files].filter(([name]) => name !== FILE_NAMES.statement && name !== FILE_NAMES.bundle),
    );
    expect(refusalOf(signedModel(kept, stated, exporterOf("north"))).code).toBe("LINEAGE_STATEMENT_FALSE");
  });

  it("cannot sign in another's name, nor can a stranger sign", () => {
    const {peerId} = identityOf("south");
    expect(refusalOf(lie({}, finished.certificates, exporterOf("north", {peerId}))).code).toBe(
      "LINEAGE_SIGNATURE_INVALID",
    );
    expect(refusalOf(lie({}, finished.certificates, exporterOf("stranger"))).code).toBe(
      "LINEAGE_SIGNER_FOREIGN",
    );
  });

  it("can rename members in the folder's own roster, which holding it against one's own shows", () => {
    const members = finished.roster.members.map((member) =>
      member.name === "east" ? {...member, name: "famous-hospital"} : member,
    );
    const renamed = {...finished.roster, members};
    expect(rosterHash(renamed)).toBe(rosterHash(finished.roster));
    const told = certifiedModel({...finished, roster: renamed}, exporterOf("north"));
    expect(verifyModel(told, NOTHING).heldAgainst.roster).toBe(false);
    expect(refusalOf(told, {roster: finished.roster, plan: null})).toEqual({
      code: "LINEAGE_ROSTER_FOREIGN",
      line: expect.stringContaining("famous-hospital"),
    });
  });
});
