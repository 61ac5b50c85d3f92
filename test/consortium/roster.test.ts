import {describe, expect, it} from "vitest";
import {consortiumId, createIdentity, parseRoster, rosterHash} from "../../src/consortium/index.ts";
import {errorLine} from "../../src/core/index.ts";

const [A, B] = [1, 2].map((fill) => createIdentity(new Uint8Array(32).fill(fill)).peerId);

function rosterOf(...members: readonly string[]): string {
  return [
    "formatVersion: 1",
    "consortium: crc-msi",
    "members:",
    ...members.map((member) => `  - ${member}`),
  ].join("\n");
}

function lineOf(text: string): string {
  try {
    parseRoster(text, "roster.yaml");
  } catch (error) {
    return errorLine(error);
  }
  return "accepted";
}

describe("a roster", () => {
  const text = rosterOf(
    `{name: leeds, peerId: ${A}, role: trainer}`,
    `{name: aachen, peerId: ${B}, role: evaluator, addresses: [/ip4/127.0.0.1/tcp/1]}`,
  );

  it("names its members", () => {
    const roster = parseRoster(text, "roster.yaml");
    expect(roster.members.map((member) => [member.name, member.role])).toEqual([
      ["leeds", "trainer"],
      ["aachen", "evaluator"],
    ]);
  });

  it("takes an address that leads to its member by way of another node, as a relay's does", () => {
    const addressed = (address: string): string =>
      rosterOf(`{name: a, peerId: ${A}, role: trainer, addresses: [${address}]}`);
    const relayed = `/ip4/10.0.0.1/tcp/4001/p2p/${B}/p2p-circuit/p2p/${A}`;
    expect(lineOf(addressed(relayed))).toBe("accepted");
    expect(lineOf(addressed(`/ip4/10.0.0.1/tcp/4001/p2p/${B}/p2p-circuit`))).toBe("accepted");
    expect(lineOf(addressed(`/ip4/10.0.0.1/tcp/4001/p2p/${A}/p2p-circuit/p2p/${B}`))).toMatch(
      /members\[0\]\.addresses\[0\]: leads to another key than this member's/,
    );
  });

  it("has a hash of who is in it as what, whatever the order, names and addresses", () => {
    const hash = rosterHash(parseRoster(text, "roster.yaml"));
    const same = rosterOf(
      `{name: aix, peerId: ${B}, role: evaluator}`,
      `{name: leeds, peerId: ${A}, role: trainer, addresses: []}`,
    );
    expect(rosterHash(parseRoster(same, "roster.yaml"))).toBe(hash);
    const others = [
      rosterOf(`{name: leeds, peerId: ${A}, role: trainer}`),
      text.replace("role: evaluator", "role: relay"),
      text.replace("crc-msi", "crc-msj"),
    ];
    for (const other of others) {
      expect(rosterHash(parseRoster(other, "roster.yaml")), other).not.toBe(hash);
    }
    // Of the canonical CBOR (RFC 8949), written by hand in Python 3.
    expect(hash).toBe("e2d0d6c386f3d8913fe59274e2000c9df370c06d197088b99fced0e669b2136b");
  });

  it.each([
    [
      "a member's name twice",
      rosterOf(`{name: a, peerId: ${A}, role: trainer}`, `{name: a, peerId: ${B}, role: relay}`),
      "roster.yaml:5:12: members[1].name: is another member's already.",
    ],
    [
      "a peer id twice",
      rosterOf(`{name: a, peerId: ${A}, role: trainer}`, `{name: b, peerId: ${A}, role: relay}`),
      "roster.yaml:5:23: members[1].peerId: is another member's already.",
    ],
    [
      "no trainer",
      rosterOf(`{name: a, peerId: ${A}, role: relay}`),
      "roster.yaml:4:3: members: must name at least one trainer.",
    ],
    [
      "what is no peer id",
      rosterOf(`{name: a, peerId: ${A}x, role: trainer}`),
      "roster.yaml:4:23: members[0].peerId: is not the peer id of an Ed25519 key (12D3KooW...).",
    ],
    [
      "a misspelt role",
      rosterOf(`{name: a, peerId: ${A}, role: trainr}`),
      'roster.yaml:4:83: members[0].role: expected "trainer" or "evaluator" or "relay". Did you mean "trainer"?',
    ],
    [
      "an unknown key",
      rosterOf(`{name: a, peerID: ${A}, role: trainer}`),
      'roster.yaml:4:15: members[0]: unknown key "peerID" (and 1 more). Did you mean "peerId"?',
    ],
    [
      "a name that is a path",
      rosterOf(`{name: ../a, peerId: ${A}, role: trainer}`),
      "roster.yaml:4:12: members[0].name: must be letters a to z, in either case, digits, '.', '_' or '-', at most 64 of them.",
    ],
  ])("with %s is refused in one line", (_, text_, told) => {
    expect(lineOf(text_)).toBe(`CONSORTIUM_ROSTER_INVALID: ${told}`);
  });
});

describe("the id of a consortium", () => {
  it("is the SHA-256 of its name (FIPS 180-4 example abc)", () => {
    expect(consortiumId("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});
