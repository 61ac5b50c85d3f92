import {describe, expect, it} from "vitest";
import {sha256, toHex} from "../../src/core/index.ts";
import {codecOf, contributionSize} from "../../src/parameters/index.ts";
import type {Contribution, Effect} from "../../src/rounds/index.ts";
import {createConsortium} from "./consortium.ts";

const WEIGHTS = [199, 172, 30, 85];
const MEMBERS = ["member-a", "member-b", "member-c", "member-d"];
const SMALL = 5;
const CHUNKED = 20_000;

/** A contribution whose bytes were changed after the site's guard, under the hash of the changed bytes. */
function forge(
  contribution: Contribution,
  change: (view: DataView, bytes: Uint8Array) => void,
): Contribution {
  const bytes = contribution.bytes.slice();
  change(new DataView(bytes.buffer), bytes);
  return {hash: toHex(sha256(bytes)), bytes};
}

const setWeight = (weight: number) => (contribution: Contribution) =>
  forge(contribution, (view, bytes) => view.setFloat32(bytes.length - 4, weight, true));

const setValue = (index: number, value: number) => (contribution: Contribution) =>
  forge(contribution, (view) => view.setFloat32(4 * index, value, true));

const cutTo = (sizeBytes: number) => (contribution: Contribution) => {
  const bytes = contribution.bytes.slice(0, sizeBytes);
  return {hash: toHex(sha256(bytes)), bytes};
};

interface Case {
  readonly what: string;
  readonly values: number;
  readonly tamper: (contribution: Contribution) => Contribution;
}

const CASES: readonly Case[] = [
  {what: "NaN", values: SMALL, tamper: setValue(2, Number.NaN)},
  {
    what: "an infinity in the last of four chunks",
    values: CHUNKED,
    tamper: setValue(19_999, Number.POSITIVE_INFINITY),
  },
  {what: "NaN in the first of four chunks", values: CHUNKED, tamper: setValue(0, Number.NaN)},
  {what: "the weight 0", values: SMALL, tamper: setWeight(0)},
  {what: "a weight above 1", values: SMALL, tamper: setWeight(2)},
  {what: "a negative weight", values: CHUNKED, tamper: setWeight(-0.1)},
  {what: "the weight NaN", values: SMALL, tamper: setWeight(Number.NaN)},
  {what: "too few bytes", values: SMALL, tamper: cutTo(8)},
];

/** Runs two rounds in which `culprit` hands over spoilt bytes in the first. */
function runWith(culprit: string, {values, tamper}: Case) {
  const sentToSelf: Effect[] = [];
  const consortium = createConsortium({
    seed: 8,
    weights: WEIGHTS,
    rounds: 2,
    values,
    startMembers: 3,
    tamper: (member, round, contribution) =>
      member === culprit && round === 0 ? tamper(contribution) : contribution,
    faultAt: (member, effect) => {
      if (effect.type === "send" && effect.to === member) sentToSelf.push(effect);
      return "none";
    },
  });
  for (const member of consortium.members) consortium.world.start(member);
  return {...consortium, sentToSelf};
}

describe.each(CASES)("a contribution with $what", (spoilt) => {
  it.each(MEMBERS)("is named in an objection and left out, and the others finish (%s)", (culprit) => {
    const {world, certified, sentToSelf} = runWith(culprit, spoilt);
    const honest = MEMBERS.filter((member) => member !== culprit);
    world.run(() => honest.every((member) => world.sessionOf(member)?.view().isFinished === true));
    for (const member of honest) {
      const [first, second] = certified.get(member) ?? [];
      expect(first?.certificate.body.contributors, member).toEqual(honest);
      expect(second?.certificate.body.contributors.length, member).toBeGreaterThanOrEqual(3);
      expect(first?.snapshot.values.every(Number.isFinite), member).toBe(true);
    }
    const named = world.reports.flatMap(({report}) =>
      report.kind === "objection" && report.reason === "invalid" ? [report.member] : [],
    );
    expect(new Set(named)).toEqual(new Set([culprit]));
    // A daemon has no link to itself: what is meant for itself must be done, not sent.
    expect(sentToSelf).toEqual([]);
  });
});

describe("the sizes above", () => {
  it("are of one chunk and of several", () => {
    expect(contributionSize(codecOf("f32"), SMALL)).toBeLessThan(64 * 1024);
    expect(contributionSize(codecOf("f32"), CHUNKED)).toBeGreaterThan(64 * 1024);
  });
});
