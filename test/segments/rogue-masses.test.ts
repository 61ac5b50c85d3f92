import {describe, expect, it} from "vitest";
import {sha256} from "../../src/core/index.ts";
import {codecOf, type Mixture} from "../../src/parameters/index.ts";
import type {AsyncSpec, Effect, Frame} from "../../src/rounds/index.ts";
import {openMass} from "../../src/rounds/open-mass.ts";
import {RUN} from "../gossip/consortium.ts";
import {createLone, LONE_SEGMENT, type Lone, peerMass, SELF, viewDigestOf} from "../gossip/lone-member.ts";
import {createSegments} from "./segment-consortium.ts";

const VIEW = viewDigestOf([SELF, "member-b", "member-c"]);

function begun(spec: Partial<AsyncSpec>): Lone {
  const lone = createLone({asynchronous: {...LONE_SEGMENT, ...spec}});
  lone.handle({type: "begin", round: 0});
  return lone;
}

/** Hands over a frame that names a mass, and the mass when it is fetched. */
function give({handle}: Lone, from: string, frame: Frame, mass: Mixture): Effect[] {
  const effects = handle({type: "frame", from, frame});
  const fetches = effects.flatMap((effect) => (effect.type === "fetch" ? [effect.id] : []));
  return [...effects, ...fetches.flatMap((id) => handle({type: "fetched", id, bytes: mass.bytes}))];
}

function about(seq: number, mass: Mixture) {
  return {run: RUN, round: 0, incarnation: 1, seq, mass: mass.hash, clock: [1, 1, 1]};
}

const share = (seq: number, mass: Mixture): Frame => ({...about(seq, mass), type: "share"});
const told = (effects: readonly Effect[]): string[] =>
  effects.flatMap((effect) => (effect.type === "send" ? [effect.frame.type] : []));

describe("a peer's mass", () => {
  const open = (mass: Mixture, hash: string | null = mass.hash) =>
    openMass(sha256, codecOf("f32"), mass.bytes, {hash, values: 3, maximumWeight: 1});

  it.each<[string, Mixture, string]>([
    ["heavier than all", peerMass(1.5, 1, 2, 3), "GOSSIP_MASS_INVALID"],
    [
      "so light that it would take the weight of whoever swaps with it",
      peerMass(2 ** -65, 0, 0, 0),
      "GOSSIP_MASS_INVALID",
    ],
    ["further out than any model", peerMass(0.5, 0, 2 ** 100, 0), "PARAMETERS_NOT_FINITE"],
  ])("is refused when it is %s", (_, mass, code) => {
    expect(() => open(mass)).toThrowError(expect.objectContaining({code}));
  });

  it("cannot bring one's own to where it is refused: that may be much further out, and lighter", () => {
    expect(open(peerMass(0.5, 0, 2 ** 99, 0)).values[1]).toBe(2 ** 99);
    expect(open(peerMass(0.5, 0, 2 ** 120, 0), null).values[1]).toBe(2 ** 120);
    expect(open(peerMass(2 ** -80, 0, 0, 0), null).weight).toBe(2 ** -80);
  });
});

describe("shares that together weigh more than all members", () => {
  it("are not applied", () => {
    const lone = begun({exchange: "push-sum"});
    for (let seq = 1; seq < 100; seq++) {
      const mass = peerMass(1, seq, 0, 0);
      give(lone, "member-b", share(seq, mass), mass);
    }
    expect(lone.session.view().segment?.weight).toBe(2.25);
    expect(lone.session.view().segment?.exchanges).toBe(2);
  });
});

describe("a frame of the other way to exchange", () => {
  it("is ignored", () => {
    const mass = peerMass(0.25, 1, 2, 3);
    const offer: Frame = {...about(1, mass), type: "offer", view: VIEW, phase: null};
    expect(give(begun({exchange: "push-sum"}), "member-b", offer, mass)).toEqual([]);
    expect(give(begun({exchange: "swap"}), "member-b", share(1, mass), mass)).toEqual([]);
    expect(told(give(begun({exchange: "swap"}), "member-b", offer, mass))).toContain("accept");
    expect(told(give(begun({exchange: "push-sum"}), "member-b", share(1, mass), mass))).toContain(
      "share-taken",
    );
  });
});

describe("a member that is told to adopt while it has another exchange open", () => {
  it("mixes the other from what it adopted, not from what it had", () => {
    const lone = begun({schedule: {name: "complete", steps: 1}});
    const mass = peerMass(0.25, 1, 0, 0);
    const peers: [string, "adopt" | "mixed"][] = [
      ["member-b", "adopt"],
      ["member-c", "mixed"],
    ];
    for (const [from] of peers)
      give(lone, from, {...about(1, mass), type: "offer", view: VIEW, phase: 0}, mass);
    for (const [from, outcome] of peers) {
      lone.handle({
        type: "frame",
        from,
        frame: {run: RUN, round: 0, incarnation: 1, seq: 1, type: "commit", outcome},
      });
    }
    const segment = lone.session.view().segment;
    expect(segment?.exchanges).toBe(2);
    // It was at 0; what it adopted, and what it mixed with that, are both 4.
    expect(segment?.estimate()[0]).toBeCloseTo(4, 6);
  });
});

describe("a site that is three hundred times faster than those it hears from", () => {
  it("keeps some of its weight under push-sum, and ends with the others", () => {
    const weights = [0.5, 0.25, 0.25];
    const {world, members, certified} = createSegments({
      seed: 2,
      weights,
      work: (member, _, start) => start.map((x) => 0.2 * (member - x)),
      unitMs: (member) => (member === 0 ? 4 : 1200),
      spec: {exchange: "push-sum", units: 2},
    });
    for (const member of members) world.start(member);
    let least = 1;
    let units = 0;
    world.run(() => {
      const segment = world.sessionOf(members[0] ?? "")?.view().segment;
      if (segment?.stage === "running") {
        least = Math.min(least, segment.weight / 0.5);
        units = Math.max(units, segment.units);
      }
      return world.isFinished;
    }, 400_000);
    expect(units).toBeGreaterThan(400);
    expect(least).toBeLessThan(0.01);
    expect(least).toBeGreaterThanOrEqual(2 ** -10);
    for (const member of members)
      expect(certified.get(member)?.[0]?.certificate.body.contributors).toEqual(members);
  });
});
