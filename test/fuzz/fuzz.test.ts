import {readdirSync, readFileSync} from "node:fs";
import {describe, expect, it} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import {runs} from "../setup/thorough.ts";
import {mutate} from "./mutate.ts";
import {fuzzTargets} from "./targets.ts";

/** 10^5 of each in continuous integration. */
const INPUTS = runs(1500, 100_000);
/** Ten thousand times longer than an input takes: a hang, not a busy machine. */
const LONGEST_MS = 2000;

const KEPT = new URL("./kept/", import.meta.url);
const kept = readdirSync(KEPT).map((name) => readFileSync(new URL(name, KEPT)));

describe.each(fuzzTargets())("$name", (target) => {
  it(`take or refuse ${INPUTS} changed messages, and nothing else`, {timeout: 600_000}, () => {
    const random = createRandom({seed: 20, site: target.name, round: 0, purpose: "fuzz"});
    let accepted = 0;
    const faults: string[] = [];
    for (let input = 0; input < INPUTS && faults.length === 0; input++) {
      const bytes = mutate(random, target.seeds, target.skip);
      const beganMs = performance.now();
      const label = (what: unknown): string =>
        `input ${input}, ${Buffer.from(bytes).toString("hex")}: ${String(what)}`;
      try {
        if (target.feed(bytes)) accepted += 1;
      } catch (error) {
        faults.push(label(error));
      }
      if (performance.now() - beganMs > LONGEST_MS) faults.push(label("it hung"));
    }
    expect(faults).toEqual([]);
    // Both ways are gone: what is only ever refused tests the first check alone.
    expect(accepted).toBeGreaterThan(INPUTS / 1000);
    expect(accepted).toBeLessThan(INPUTS);
    expect(target.held()).toBeLessThanOrEqual(3);
  });

  it("take what they are made for, and survive every input that once went wrong", () => {
    // A certificate from elsewhere is well-formed, and of no use to a session.
    const refused = target.seeds.filter((seed) => !target.feed(seed));
    expect(refused.length).toBeLessThanOrEqual(target.name === "gossip session" ? 2 : 0);
    for (const bytes of kept) expect(() => target.feed(bytes)).not.toThrow();
  });
});
