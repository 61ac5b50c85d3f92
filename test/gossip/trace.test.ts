import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {sha256} from "../../src/core/index.ts";
import {decodeTrace, replaySession} from "../../src/gossip/index.ts";
import {runs} from "../setup/thorough.ts";
import {createConsortium} from "./consortium.ts";
import {createRecorder, expectSameAgain} from "./trace-recorder.ts";
import {arbitraryTrouble, runThrough} from "./troubles.ts";

const RUNS = runs(10, 40);

describe("a recorded session", () => {
  it(`replays to the same effects, from its beginning and from every round on, whatever happened (${RUNS} histories)`, {
    timeout: 120_000,
  }, () => {
    let steps = 0;
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(arbitraryTrouble(4000, 3000), {maxLength: 6}),
        fc.constantFrom(3, 40_000),
        (seed, history, values) => {
          const {traces, openSession} = createRecorder();
          const {world, members} = createConsortium({
            seed,
            weights: [9, 30, 2, 17],
            rounds: 3,
            values,
            openSession,
          });
          runThrough(world, members, {history});
          for (const trace of traces) steps += expectSameAgain(trace);
        },
      ),
      {numRuns: RUNS},
    );
    expect(steps).toBeGreaterThan(125 * RUNS);
  });

  it("holds no parameter", () => {
    const {traces, openSession} = createRecorder();
    const {world, members, certified} = createConsortium({
      seed: 3,
      weights: [1023, 1021, 1019],
      rounds: 2,
      values: 64,
      openSession,
    });
    for (const member of members) world.start(member);
    world.run();
    const kept = Buffer.concat(traces.flatMap(({parts}) => parts));
    const results = [...certified.values()].flat().map(({snapshot}) => snapshot.values);
    expect(results.length).toBeGreaterThan(3);
    const holds = (value: number): boolean => {
      const bytes = Buffer.alloc(4);
      bytes.writeFloatLE(value);
      return kept.includes(bytes) || kept.includes(Buffer.from(bytes).swap32());
    };
    for (const values of results) expect(values.filter(holds)).toHaveLength(0);
    // The same search finds what is there: the sum of the weights, which every certificate tells.
    expect(holds((1023 + 1021 + 1019) / 1024)).toBe(true);
  });

  it("shows where other code would have done something else", () => {
    const {traces, openSession} = createRecorder();
    const {world, members} = createConsortium({seed: 3, weights: [5, 6, 7], rounds: 1, openSession});
    for (const member of members) world.start(member);
    world.run();
    const recorded = traces.slice(0, 1).map(({setup, parts}) => {
      const trace = decodeTrace(Buffer.concat(parts));
      const other = {...setup, limits: {...setup.limits, maximumMs: 3000}, primitives: {hash: sha256}};
      return {trace, steps: [...replaySession(other, trace)]};
    });
    const [{trace, steps} = {trace: {entries: []}, steps: []}] = recorded;
    expect(steps.at(-1)?.divergence).toMatch(/^effect \d+: arm \w+ \d+(\.\d+)? instead of arm \w+ \d+/);
    expect(steps.length).toBeLessThan(trace.entries.length);
  });

  it("shows where other code would have computed something else", () => {
    const {traces, openSession} = createRecorder();
    const {world, members} = createConsortium({seed: 3, weights: [5, 6, 7], rounds: 1, openSession});
    for (const member of members) world.start(member);
    world.run();
    const ends = traces.slice(0, 1).map(({setup, parts}) => {
      const trace = decodeTrace(Buffer.concat(parts));
      const entries = trace.entries.map((entry) => ({
        ...entry,
        outcomes: entry.outcomes.map(() => ({kept: new Uint8Array(64)})),
      }));
      const steps = [...replaySession({...setup, primitives: {hash: sha256}}, {...trace, entries})];
      return steps.at(-1)?.divergence;
    });
    expect(ends).toEqual(["it threw GOSSIP_TRACE_DIVERGED instead of nothing"]);
  });

  it("is readable up to a torn end, and nothing else is a trace", () => {
    const {traces, openSession} = createRecorder();
    const {world, members} = createConsortium({seed: 4, weights: [5, 6], rounds: 1, openSession});
    for (const member of members) world.start(member);
    world.run();
    const bytes = Buffer.concat(traces[0]?.parts ?? []);
    const whole = decodeTrace(bytes).entries.length;
    expect(decodeTrace(bytes.subarray(0, bytes.length - 3))).toMatchObject({isTorn: true});
    expect(decodeTrace(bytes.subarray(0, bytes.length - 3)).entries).toHaveLength(whole - 1);
    for (const nonsense of [new Uint8Array(), Buffer.from("no trace"), bytes.subarray(5)]) {
      expect(() => decodeTrace(nonsense)).toThrowError(
        expect.objectContaining({code: "GOSSIP_TRACE_INVALID"}),
      );
    }
  });
});
