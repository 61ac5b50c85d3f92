import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import {createRecorder, expectSameAgain} from "../gossip/trace-recorder.ts";
import {arbitraryTrouble, runThrough} from "../gossip/troubles.ts";
import {runs} from "../setup/thorough.ts";
import {createSegments} from "./segment-consortium.ts";

const RUNS = runs(12, 500);

describe("a recorded asynchronous session", () => {
  it(`replays to the same effects without any data, whatever happened (${RUNS} histories)`, {
    timeout: 300_000,
  }, () => {
    let steps = 0;
    fc.assert(
      fc.property(
        fc.nat(1 << 30),
        fc.array(arbitraryTrouble(3000, 2500), {maxLength: 4}),
        fc.constantFrom("swap", "push-sum"),
        fc.constantFrom("f32", "int8"),
        (seed, history, exchange, codec) => {
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
          runThrough(world, members, {history, mostEvents: 200_000});
          for (const trace of traces) steps += expectSameAgain(trace);
        },
      ),
      {numRuns: RUNS},
    );
    expect(steps).toBeGreaterThan(166 * RUNS);
  });
});
