import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {createRandom} from "../../../src/core/index.ts";
import {createRecorder, expectSameAgain} from "../trace-recorder.ts";
import {createSegments} from "./segment-consortium.ts";

const THOROUGH = process.env["CONSILIUM_THOROUGH"] === "1";

describe("a recorded asynchronous session", () => {
  it("replays to the same effects without any data, whatever happened", {timeout: 300_000}, () => {
    const fault = fc.record({
      atMs: fc.nat(3000),
      forMs: fc.integer({min: 1, max: 2500}),
      isCrash: fc.boolean(),
      who: fc.nat(2),
    });
    let steps = 0;
    fc.assert(
      fc.property(
        fc.nat(1 << 30),
        fc.array(fault, {maxLength: 4}),
        fc.constantFrom("swap", "push-sum"),
        fc.constantFrom("f32", "int8"),
        (seed, faults, exchange, codec) => {
          const {traces, openSession} = createRecorder();
          const random = createRandom({seed, site: "", round: 0, purpose: "loss"});
          const {world, members} = createSegments({
            seed,
            codec,
            weights: [0.25, 0.5, 0.125],
            rounds: 2,
            work: (member, _, start) => start.map((x) => 0.2 * (member - x)),
            unitMs: (member) => 100 + 100 * member,
            copies: () => (random.uniform() < 0.1 ? 0 : 1),
            openSession,
            spec: {
              exchange,
              units: 5,
              abandonMs: 1500,
              clipFaulty: exchange === "swap" && codec === "int8" ? 1 : null,
            },
          });
          for (const {atMs, forMs, isCrash, who} of faults) {
            const member = members[who] ?? "";
            const other = members[(who + 1) % 3] ?? "";
            world.after(atMs, () => (isCrash ? world.crash(member) : world.cut(member, other)));
            world.after(atMs + forMs, () => (isCrash ? world.start(member) : world.heal(member, other)));
          }
          for (const member of members) world.start(member);
          const lastMs = Math.max(0, ...faults.map(({atMs, forMs}) => atMs + forMs)) + 1;
          world.after(lastMs, () => {});
          const isUp = (member: string): boolean => world.sessionOf(member)?.view().isFinished === true;
          world.run(() => world.nowMs >= lastMs && members.every(isUp), 200_000);
          for (const trace of traces) steps += expectSameAgain(trace);
        },
      ),
      {numRuns: THOROUGH ? 500 : 30},
    );
    expect(steps).toBeGreaterThan(5000);
  });
});
