import {encode} from "cborg";
import {concat, fromString} from "uint8arrays";
import {describe, expect, it} from "vitest";
import {canonical} from "../../src/membership/encoding.ts";
import {decodeMembership, encodeMembership, type MembershipRecord} from "../../src/membership/index.ts";
import {founding, keyNumber} from "./actors.ts";
import {admit, revoke, Scenario} from "./scenario.ts";

const four = new Scenario(4, {keys: [keyNumber(20)], threshold: 1});
const {genesis} = four;
const body = four.body(admit(4), {anchors: [four.departure(3), four.succession(2, 10)]});
const skips = [four.skip(0, 0, body), four.skip(1, 0, null)];
const votes = [...four.votes(body, 0, 1), ...four.votes({...body, change: admit(5)}, 1)] as const;
const records: MembershipRecord[] = [
  ...founding(genesis),
  body,
  ...votes,
  ...skips,
  four.body(revoke(1), {attempt: 1, reason: {kind: "skipped", skips}}),
  four.body(revoke(1), {attempt: 1, reason: {kind: "equivocation", words: [votes[1], votes[2]] as never}}),
  four.body(revoke(1), {attempt: 64, reason: {kind: "recovery"}}),
];

const MAGIC = fromString("consilium/membership/1\n");

/** A file with these bytes after its first ones. */
const fileOf = (bytes: Uint8Array): Uint8Array => concat([MAGIC, bytes]);

/** The records of a file in which `change` stands in the place of the first body. */
const withBody = (change: object): Uint8Array => encodeMembership({genesis, records: [{...body, ...change}]});

describe("membership records as bytes", () => {
  it("are read as they were written", () => {
    const bytes = encodeMembership({genesis, records});
    expect(decodeMembership(bytes)).toEqual({genesis, records});
    expect(encodeMembership(decodeMembership(bytes))).toEqual(bytes);
  });

  it("are refused when they are no CBOR, or nested without end", () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array([0xff]), new Uint8Array(100_000).fill(0x81)])
      expect(() => decodeMembership(fileOf(bytes))).toThrow(/are damaged/);
  });

  it("are refused without the first bytes of a file of this version", () => {
    const bytes = encodeMembership({genesis, records});
    for (const other of [bytes.slice(MAGIC.length), bytes.with(21, 0x32)])
      expect(() => decodeMembership(other)).toThrow(/not of this version/);
  });

  it("are refused in any other form than the deterministic one", () => {
    const value = {records, genesis};
    const unsorted = fileOf(encode(value, {mapSorter: () => 0}));
    expect(() => decodeMembership(unsorted)).toThrow(/deterministic form/);
    const bytes = encodeMembership({genesis, records: []});
    expect(() => decodeMembership(Uint8Array.of(...bytes, 0))).toThrow(/are damaged/);
    // The empty list of records with its length in two bytes.
    const longer = Uint8Array.of(...bytes.slice(0, -1), 0x98, 0x00);
    expect(() => decodeMembership(longer)).toThrow(/are damaged|deterministic form/);
  });

  it.each([
    ["an unknown key", {note: "x"}],
    ["a height of 0", {height: 0}],
    ["a negative attempt", {attempt: -1}],
    ["an attempt past the last", {attempt: 128}],
    ["a hash that is none", {previous: "ab"}],
    ["a fraction", {height: 1.5}],
    ["a kind that is none", {kind: "bodies"}],
    ["a key of another sort", {change: {kind: "revoke", organisation: "16Uiu2HAm"}}],
    ["a role that is none", {change: {...admit(4), members: [{...genesis.members[0], role: "king"}]}}],
    ["no member to admit", {change: {kind: "admit", members: []}}],
    ["too many departures", {anchors: Array.from({length: 257}, () => four.departure(3))}],
    ["a signature that is too short", {anchors: [{...four.departure(3), signature: new Uint8Array(63)}]}],
    ["a reason without skips", {reason: {kind: "skipped", skips: []}}],
  ])("are refused with %s", (_, change) => {
    expect(() => decodeMembership(withBody(change))).toThrow(/not as they must be/);
  });

  it("are refused with too many records, or a genesis of members that are not distinct", () => {
    const many = Array.from({length: 20_001}, () => four.departure(3));
    const head = encodeMembership({genesis, records: []});
    const magic = head.subarray(0, head.indexOf("\n".charCodeAt(0)) + 1);
    expect(() => decodeMembership(concat([magic, canonical({genesis, records: many})]))).toThrow(
      /not as they must be/,
    );
    const twice = {...genesis, members: [...genesis.members, ...genesis.members]};
    expect(() => decodeMembership(encodeMembership({genesis: twice, records: []}))).toThrow(
      /a name and a key each/,
    );
    const unreachable = {...genesis, recovery: {keys: [keyNumber(20)], threshold: 2}};
    expect(() => decodeMembership(encodeMembership({genesis: unreachable, records: []}))).toThrow(
      /different keys/,
    );
  });
});
