import {describe, expect, it} from "vitest";
import {sha256, toHex} from "../../src/core/index.ts";
import {type CodecName, codecOf, type Mass, massOf} from "../../src/parameters/index.ts";
import {type Arithmetic, type Effect, type Frame, parameterArithmetic} from "../../src/rounds/index.ts";
import {leaderOrder} from "../../src/rounds/quorum.ts";
import type {ScheduleSpec} from "../../src/schedules/index.ts";
import {createConsortium, RUN} from "./consortium.ts";
import {createLone, loneContribution, participantsOf, SELF} from "./lone-member.ts";

const SYMMETRIC: readonly ScheduleSpec[] = [
  {name: "base", peers: 1},
  {name: "base", peers: 3},
  {name: "random", steps: 3},
  {name: "ring", steps: 4},
  {name: "torus", steps: 2},
  {name: "complete", steps: 2},
];

function totalOf(masses: readonly Mass[]): number[] {
  const sum = (of: (mass: Mass) => number): number => masses.reduce((total, mass) => total + of(mass), 0);
  return [
    sum(({weight}) => weight),
    ...Array.from(masses[0]?.values ?? [], (_, at) => sum(({values}) => values[at] ?? 0)),
  ];
}

/** Masses of an undisturbed round, as members contribute them and as they hold them after its last phase. */
function massesOf(schedule: ScheduleSpec, n: number, codec: CodecName) {
  const before = new Map<string, Mass>();
  const after = new Map<string, Mass>();
  const arithmeticOf = (member: string): Arithmetic => ({
    ...parameterArithmetic,
    applyMass(reference, mixed, mass) {
      after.set(member, mass);
      return parameterArithmetic.applyMass(reference, mixed, mass);
    },
  });
  const consortium = createConsortium({
    seed: 60 + n,
    weights: Array.from({length: n}, (_, index) => 10 + 37 * index),
    rounds: 1,
    values: 300,
    codec,
    startMembers: n,
    mixing: {kind: "schedule", schedule},
    arithmeticOf,
    tamper: (member, _round, contribution) => {
      before.set(member, massOf(codecOf(codec), contribution.bytes, 300));
      return contribution;
    },
  });
  for (const member of consortium.members) consortium.world.start(member);
  // A member that hears of the certificate first ends there: all must have come to the last phase.
  consortium.world.run(() => after.size === n || consortium.world.isFinished);
  return {before: [...before.values()], after: [...after.values()]};
}

// P1 of algorithms.md 1.8. A codec only rounds what flows, and what flows out of one mass flows into another.
describe.each<CodecName>(["f32", "fp16", "int8"])("masses in %s", (codec) => {
  it.each(SYMMETRIC)("are as much after the phases as before, to 1e-12 (%o)", (schedule) => {
    let complete = 0;
    for (let n = 2; n <= 9; n++) {
      const {before, after} = massesOf(schedule, n, codec);
      if (after.length < n) continue;
      complete += 1;
      const [first, last] = [totalOf(before), totalOf(after)];
      const scale = Math.max(...before.flatMap(({values}) => Array.from(values, Math.abs)));
      first.forEach((value, at) =>
        expect(Math.abs(value - (last[at] ?? 9)) / (n * scale), `n = ${n}, element ${at}`).toBeLessThan(
          1e-12,
        ),
      );
    }
    expect(complete).toBeGreaterThan(4);
  });
});

const MEMBERS = [SELF, "member-b", "member-c", "member-d", "member-e"];
const common = {run: RUN, round: 0};

/** A member in mid-attempt of a ring of five, with everything it asks of its disk done. */
function inRing() {
  const {handle} = createLone({
    count: MEMBERS.length,
    startMembers: MEMBERS.length,
    mixing: {kind: "schedule", schedule: {name: "ring", steps: 3}},
  });
  const release = loneContribution(1, 2, 3);
  handle({type: "contribute", round: 0, contribution: release});
  const participants = participantsOf(
    MEMBERS.map((member) => [
      member,
      member === SELF ? release.hash : toHex(sha256(new TextEncoder().encode(member))),
    ]),
  );
  const leader = leaderOrder(sha256, RUN, 0, MEMBERS).leaderOf(0);
  const start: Frame = {...common, type: "start", ballot: 0, trial: 0, participants};
  const begun = handle({type: "frame", from: leader, frame: start});
  const told = begun.flatMap((effect) =>
    effect.type === "send" && effect.frame.type === "mass" ? [{to: effect.to, frame: effect.frame}] : [],
  );
  return {handle, told};
}

const hash = (byte: string): string => byte.repeat(32);
const fetches = (effects: readonly Effect[]) => effects.filter(({type}) => type === "fetch");

describe("a mass announced", () => {
  it("by a neighbour of the phase is fetched, once; of a later phase it is kept until then", () => {
    const {handle, told} = inRing();
    const [first, second] = told;
    if (first === undefined || second === undefined) throw new Error("the ring has no neighbours");
    expect(told).toHaveLength(2);
    const now: Frame = {...first.frame, sum: hash("01")};
    const later: Frame = {...first.frame, phase: 1, sum: hash("02")};
    expect(fetches(handle({type: "frame", from: first.to, frame: later}))).toEqual([]);
    const [asked] = fetches(handle({type: "frame", from: first.to, frame: now}));
    expect(asked).toMatchObject({from: first.to, hash: hash("01"), offset: 0, length: 16});
    expect(fetches(handle({type: "frame", from: first.to, frame: now}))).toEqual([]);
    const [other] = fetches(handle({type: "frame", from: second.to, frame: {...now, sum: hash("03")}}));
    if (asked?.type !== "fetch" || other?.type !== "fetch") throw new Error("nothing was fetched");
    const bytes = new Uint8Array(16);
    new DataView(bytes.buffer).setFloat32(12, 0.5, true);
    handle({type: "fetched", id: asked.id, bytes});
    const next = fetches(handle({type: "fetched", id: other.id, bytes}));
    expect(next).toMatchObject([{from: first.to, hash: hash("02")}]);
  });

  it("by who is no neighbour, of another attempt, or of a phase that there is not, asks for nothing", () => {
    const {handle, told} = inRing();
    const frame = told[0]?.frame;
    if (frame === undefined) throw new Error("the ring has no neighbours");
    const near = told.map(({to}) => to);
    const far = MEMBERS.filter((member) => member !== SELF && !near.includes(member));
    expect(far).toHaveLength(2);
    const cases: [string, Frame][] = [
      ["stranger", frame],
      [SELF, frame],
      ...far.map((member): [string, Frame] => [member, frame]),
      ...far.map((member): [string, Frame] => [member, {...frame, phase: 2}]),
      [near[0] ?? "", {...frame, group: hash("ff")}],
      [near[0] ?? "", {...frame, phase: 3}],
      [near[0] ?? "", {...frame, phase: 65_536}],
    ];
    for (const [from, sent] of cases) {
      expect(fetches(handle({type: "frame", from, frame: sent})), `${from} ${JSON.stringify(sent)}`).toEqual(
        [],
      );
    }
  });
});
