import {describe, expect, it} from "vitest";
import {sha256, toHex} from "../../src/core/index.ts";
import type {Mixture} from "../../src/parameters/index.ts";
import type {RobustRule} from "../../src/robust/index.ts";
import {
  type Arithmetic,
  type Contribution,
  parameterArithmetic,
  type RoundMixing,
} from "../../src/rounds/index.ts";
import {type ConsortiumOptions, createConsortium, fedAvg} from "./consortium.ts";

const MEMBERS = ["member-a", "member-b", "member-c", "member-d", "member-e"];
const WEIGHTS = [199, 172, 30, 85, 120];
const BASE: RoundMixing = {kind: "schedule", schedule: {name: "base", peers: 1}};
const MEDIAN: RobustRule = {rule: "median", faulty: 1, adaptiveClipping: false, nearestNeighbours: false};

/** Runs two rounds of five members of which one is a liar. */
function runWith(liar: string, options: Partial<ConsortiumOptions>) {
  const consortium = createConsortium({
    seed: 8,
    weights: WEIGHTS,
    rounds: 2,
    startMembers: 4,
    mixing: BASE,
    ...options,
  });
  const {world} = consortium;
  const honest = MEMBERS.filter((member) => member !== liar);
  for (const member of MEMBERS) world.start(member);
  world.run(() => honest.every((member) => world.sessionOf(member)?.view().isFinished === true), 50_000);
  return {...consortium, honest};
}

/** Bytes changed after they were made, under the hash of what they have become. */
function forged<Named extends {readonly hash: string; readonly bytes: Uint8Array}>(
  named: Named,
  change: (view: DataView) => void,
): Named {
  const bytes = named.bytes.slice();
  change(new DataView(bytes.buffer));
  return {...named, hash: toHex(sha256(bytes)), bytes};
}

/** The arithmetic of a member whose masses are changed on their way out, while it counts with the true ones. */
function sendingMasses(change: (view: DataView) => void): Arithmetic {
  const truth = new Map<Uint8Array, Uint8Array>();
  return {
    ...parameterArithmetic,
    encodeMass(...given) {
      const mixture: Mixture = parameterArithmetic.encodeMass(...given);
      const lie = forged(mixture, change);
      truth.set(lie.bytes, mixture.bytes);
      return lie;
    },
    checkMass: (codec, bytes, values) =>
      parameterArithmetic.checkMass(codec, truth.get(bytes) ?? bytes, values),
  };
}

const LIES: readonly [string, (view: DataView) => void][] = [
  ["NaN", (view) => view.setFloat32(4, Number.NaN, true)],
  ["an infinity", (view) => view.setFloat32(0, Number.POSITIVE_INFINITY, true)],
  ["a weight above any site's", (view) => view.setFloat32(view.byteLength - 4, 2, true)],
  ["the weight 0", (view) => view.setFloat32(view.byteLength - 4, 0, true)],
  ["a negative weight", (view) => view.setFloat32(view.byteLength - 4, -0.1, true)],
  ["an estimate beyond binary32", (view) => view.setFloat32(0, 3e38, true)],
];

describe.each(LIES)("a member whose masses hold %s", (_, change) => {
  it.each(MEMBERS)("is named, left out, and keeps nobody from ending (%s)", (liar) => {
    const {world, certified, honest} = runWith(liar, {
      arithmeticOf: (member) => (member === liar ? sendingMasses(change) : parameterArithmetic),
    });
    for (const member of honest) {
      const [first] = certified.get(member) ?? [];
      expect(first?.certificate.body.contributors, member).toEqual(honest);
      expect(first?.snapshot.values.every(Number.isFinite), member).toBe(true);
    }
    const named = world.reports.flatMap(({member, report}) =>
      member !== liar && report.kind === "objection" && report.reason === "invalid" ? [report.member] : [],
    );
    expect(new Set(named)).toEqual(new Set([liar]));
  });
});

describe("a member that proposes what is far from everyone's result", () => {
  const shifted: Arithmetic = {
    ...parameterArithmetic,
    applyMass: (...given) => parameterArithmetic.applyMass(...given).map((value) => value + 1),
  };

  it("is refused and named when it leads, and the round ends without its lie, whoever it is", () => {
    const refused = new Set<string>();
    for (const liar of MEMBERS) {
      const {world, certified, honest, weightOf} = runWith(liar, {
        arithmeticOf: (member) => (member === liar ? shifted : parameterArithmetic),
      });
      for (const member of honest) {
        const [first] = certified.get(member) ?? [];
        const contributors = first?.certificate.body.contributors ?? [];
        const entries = contributors.map((each) => ({member: each, weight: weightOf(each)}));
        const central = fedAvg(8, 0, new Float32Array(5), entries);
        const apart = central.map((value, at) => Math.abs(value - (first?.snapshot.values[at] ?? 9)));
        expect(Math.max(...apart), `${liar}, ${member}`).toBeLessThan(1e-5);
      }
      for (const {member, report} of world.reports) {
        if (report.kind !== "proposal-refused" || member === liar) continue;
        expect(report.member).toBe(liar);
        refused.add(liar);
      }
    }
    expect(refused.size).toBeGreaterThan(0);
  });
});

describe("a contribution to a robust round", () => {
  const robust: RoundMixing = {kind: "robust", rule: MEDIAN};

  it("whose bytes are not those of its hash is nobody's: its maker is named and left out", () => {
    for (const liar of MEMBERS) {
      const {world, certified, honest} = runWith(liar, {
        mixing: robust,
        tamper: (member, round, contribution) => {
          if (member !== liar || round > 0) return contribution;
          const {bytes} = forged(contribution, (view) => view.setFloat32(0, 0.5, true));
          return {hash: contribution.hash, bytes};
        },
      });
      for (const member of honest) {
        expect(certified.get(member)?.[0]?.certificate.body.contributors, liar).toEqual(honest);
      }
      const named = world.reports.flatMap(({report}) =>
        report.kind === "objection" && report.reason === "invalid" ? [report.member] : [],
      );
      expect(new Set(named)).toEqual(new Set([liar]));
    }
  });

  it.each<[string, (view: DataView) => void, string]>([
    ["NaN", (view) => view.setFloat32(0, Number.NaN, true), "not-finite"],
    ["the weight NaN", (view) => view.setFloat32(view.byteLength - 4, Number.NaN, true), "wrong-weight"],
    ["a weight above 1", (view) => view.setFloat32(view.byteLength - 4, 1.5, true), "wrong-weight"],
  ])("of %s is left out with its reason, and the round is everyone's all the same", (_, change, reason) => {
    const {world, certified, members} = runWith("", {
      mixing: robust,
      rounds: 1,
      startMembers: 5,
      tamper: (member, _round, contribution: Contribution) =>
        member === "member-c" ? forged(contribution, change) : contribution,
    });
    const told = world.reports.flatMap(({report}) => (report.kind === "verdicts" ? report.verdicts : []));
    // Who hears of the certificate first need not have come to the rule.
    expect(told.length).toBeGreaterThanOrEqual(3);
    for (const verdict of told) expect(verdict).toEqual({member: "member-c", verdict: "left-out", reason});
    const [first] = certified.get("member-a") ?? [];
    expect(first?.certificate.body.contributors).toEqual(members);
    expect(first?.certificate.body.weight).toBe((199 + 172 + 85 + 120) / 1024);
    expect(first?.snapshot.values.every(Number.isFinite)).toBe(true);
  });
});
