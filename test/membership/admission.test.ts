import {describe, expect, it} from "vitest";
import {applicants, encodeMembership, pruned, type UnsignedWord} from "../../src/membership/index.ts";
import {founding, genesisOf, keyNumber, RecordSet, signFake} from "./actors.ts";

const NOW = 1_000_000;
const [LEEDS, YORK, BERGEN, STRANGER, TICKET] = [0, 1, 2, 3, 4].map(keyNumber) as [
  string,
  string,
  string,
  string,
  string,
];

const genesis = genesisOf(2);
const founded = new RecordSet(genesis, founding(genesis));

const invitation = (changes: Partial<Extract<UnsignedWord, {kind: "invitation"}>> = {}) =>
  signFake(
    {
      kind: "invitation",
      ticket: TICKET,
      name: "bergen",
      role: "trainer",
      until: NOW + 1,
      signer: LEEDS,
      ...changes,
    },
    genesis,
  );
const request = (changes: Partial<Extract<UnsignedWord, {kind: "request"}>> = {}) =>
  signFake({kind: "request", ticket: TICKET, inviter: LEEDS, signer: BERGEN, ...changes}, genesis);

const namesAt = (set: RecordSet, now = NOW): string[] =>
  applicants(set.read(), now).map(({name, isContested}) => (isContested ? `${name}, contested` : name));

describe("who asks to be admitted", () => {
  it("is who holds a valid ticket of a present member", () => {
    expect(namesAt(founded.with(invitation(), request()))).toEqual(["bergen"]);
    expect(namesAt(founded.with(invitation()))).toEqual([]);
    expect(namesAt(founded.with(request()))).toEqual([]);
    expect(namesAt(founded.with(invitation(), request()), NOW + 2)).toEqual([]);
    expect(namesAt(founded.with(invitation({signer: STRANGER}), request({inviter: STRANGER})))).toEqual([]);
    expect(namesAt(founded.with(invitation(), request({signer: YORK})))).toEqual([]);
  });

  it("is not changed by another's invitation with the same ticket", () => {
    const others = [STRANGER, YORK].map((signer) => invitation({signer, name: "evil", role: "relay"}));
    expect(namesAt(founded.with(...others, invitation(), request()))).toEqual(["bergen"]);
  });

  it("is nobody where the inviter signed two forms, and contested where two keys came", () => {
    expect(namesAt(founded.with(invitation(), invitation({name: "oslo"}), request()))).toEqual([]);
    expect(namesAt(founded.with(invitation(), request(), request({signer: STRANGER})))).toEqual([
      "bergen, contested",
      "bergen, contested",
    ]);
  });

  it("does not ask with a signature that is not the ticket's", () => {
    const forged = {...request(), accepted: new Uint8Array(64)} as ReturnType<typeof request>;
    expect(namesAt(founded.with(invitation(), forged))).toEqual([]);
  });
});

describe("a membership file", () => {
  it("keeps what members and applicants signed, and nothing that anybody could have written", () => {
    const body = {
      kind: "body" as const,
      height: 1,
      attempt: 0,
      previous: founded.read().id,
      change: {kind: "revoke" as const, organisation: YORK},
      anchors: [],
      reason: null,
    };
    const junk = [
      ...Array.from({length: 50}, (_, attempt) => ({...body, attempt})),
      signFake(
        {
          kind: "vote",
          height: 1,
          attempt: 0,
          previous: body.previous,
          body: "ab".repeat(32),
          signer: STRANGER,
        },
        genesis,
      ),
      {...invitation({name: "x"}), signature: new Uint8Array(64)} as ReturnType<typeof invitation>,
    ];
    const counted = founded.with(invitation(), request());
    const all = counted.with(...junk);
    const kept = pruned({genesis, records: all.all()}, all.read());
    expect(new RecordSet(genesis, kept.records).all().length).toBe(counted.all().length);
    expect(new RecordSet(genesis, kept.records).read()).toEqual(counted.read());
  });

  it("is not written with more records than it may hold", () => {
    const records = Array.from({length: 20_001}, (_, sequence) =>
      signFake(
        {kind: "delegation", sequence, node: YORK, from: 0, until: 1, addresses: [], signer: LEEDS},
        genesis,
      ),
    );
    expect(() => encodeMembership({genesis, records})).toThrow(/holds 20000 records, and not 20001/);
  });
});
