import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import {openRecords} from "../../src/node/records/records.ts";
import {sharedValues} from "../../src/node/site/shared-values.ts";
import {SiteStates} from "../../src/node/site/site-state.ts";
import {codecOf, type Layout, layoutSize} from "../../src/parameters/index.ts";
import {memoryRun} from "./memory-run.ts";
import {type Quadratic, Quadratics} from "./quadratics.ts";

const LAYOUT: Layout = {
  tensors: [
    {name: "first", shape: [2, 3]},
    {name: "norm", shape: [4]},
    {name: "second", shape: [5]},
  ],
};
const SIZE = layoutSize(LAYOUT);

function drawn(seed: number, length: number): Float32Array {
  const random = createRandom({seed, site: "", round: 0, purpose: "model"});
  return Float32Array.from({length}, () => random.normal());
}

describe("a mask over tensors", () => {
  const names = fc.subarray(["first", "norm", "second"], {maxLength: 2});

  it("gives back what was shared, and leaves the site's own in place", () => {
    fc.assert(
      fc.property(names, fc.integer(), (local, seed) => {
        const shared = sharedValues(LAYOUT, local);
        const [model, own] = [drawn(seed, SIZE), drawn(seed + 1, SIZE)];
        const both = shared.scatter(shared.gather(model), own);
        let offset = 0;
        for (const {name, shape} of LAYOUT.tensors) {
          const end = offset + shape.reduce((product, length) => product * length, 1);
          const from = local.includes(name) ? own : model;
          expect(both.subarray(offset, end)).toEqual(from.subarray(offset, end));
          offset = end;
        }
        expect(shared.gather(both)).toEqual(shared.gather(model));
        expect(shared.size).toBe(layoutSize(shared.layout));
      }),
    );
  });

  it("over nothing is the whole model", () => {
    const shared = sharedValues(LAYOUT, []);
    const model = drawn(1, SIZE);
    expect(shared.isWhole).toBe(true);
    expect(shared.gather(model)).toEqual(model);
    expect(shared.scatter(model, new Float32Array(SIZE))).toEqual(model);
  });

  it.each([[["third"]], [["first", "norm", "second"]]])("over %j is refused", (local) => {
    expect(() => sharedValues(LAYOUT, local)).toThrow(
      expect.objectContaining({code: "NODE_LOCAL_TENSORS_INVALID"}),
    );
  });
});

describe("tensors that stay at their sites", () => {
  const sites: Quadratic[] = [1, 3].map((patients, index) => ({
    patients,
    curvature: 1,
    optimum: 2 * index - 1,
    steps: 5,
  }));
  const plan = {
    learningRate: 0.1,
    layout: LAYOUT,
    initial: drawn(3, SIZE),
    training: {local: ["norm"]},
  };

  it("go to each site's own optimum, while the shared ones go to the common one", async () => {
    const federation = await new Quadratics(sites, plan).rounds(100);
    const common = federation.model();
    const {certified} = federation;
    if (certified === null) throw new RangeError("no round");
    expect(certified.snapshot.values).toHaveLength(SIZE - 4);
    for (const value of federation.stages.shared.gather(common)) expect(value).toBeCloseTo(0.5, 5);
    expect(common.subarray(6, 10), "who trains nothing has the initial ones").toEqual(
      plan.initial.subarray(6, 10),
    );
    const rows = {n: 1, d: 1, values: new Float32Array(1), labels: new Uint8Array(1)};
    for (const [index, work] of federation.works.entries()) {
      // The trainer of a quadratic scores with its parameters: they show what the site predicts with.
      const used = await work.score(certified, {
        ...rows,
        patients: 1,
        patientOf: new Uint32Array(1),
      });
      for (const value of used.subarray(6, 10)) expect(value).toBeCloseTo(sites[index]?.optimum ?? 0, 5);
    }
  });

  it("are never in a release: it is the same whatever they are", async () => {
    const initials = [plan.initial, plan.initial.map((value, at) => (at >= 6 && at < 10 ? 1000 : value))];
    const releases = await Promise.all(
      initials.map(async (initial) => {
        const {outcomes} = await new Quadratics(sites, {...plan, initial}).rounds(3);
        return outcomes.map(({release}) => release.bytes);
      }),
    );
    expect(releases[1]).toEqual(releases[0]);
    for (const bytes of releases[0] ?? []) expect(bytes).toHaveLength(codecOf("f32").sizeOf(SIZE - 4) + 4);
  });
});

describe("the states of a site", () => {
  const initial = {own: drawn(1, 3), control: new Float32Array(2)};
  const state = {own: drawn(2, 3), control: drawn(3, 2)};
  const release = "ab".repeat(32);

  it("count once their release is used, and not when the round was decided without it", async () => {
    const {storage, blobs} = memoryRun();
    const states = new SiteStates(storage, initial);
    await states.propose(0, release, state);
    expect(states.current()).toEqual(initial);
    await states.settle(release, false);
    expect(states.current()).toEqual(initial);
    expect(blobs.size).toBe(0);
    await states.propose(1, release, state);
    await states.settle(release, true);
    expect(states.current()).toEqual(state);
    await states.propose(2, release, initial);
    await states.settle(release, true);
    expect(blobs.size, "the one before is removed").toBe(1);
  });

  it("come back after a restart, before and after the round's certificate", async () => {
    const {storage, lines} = memoryRun();
    await new SiteStates(storage, initial).propose(0, release, state);
    const shape = {layout: new Uint8Array(), values: 0};
    const {siteLines} = await openRecords(storage, () => shape, null);
    expect(lines).toHaveLength(1);
    const before = new SiteStates(storage, initial);
    await before.restore({lines: siteLines, certificates: [], self: "me"});
    expect(before.current()).toEqual(initial);
    await before.settle(release, true);
    expect(before.current()).toEqual(state);
    for (const [contributors, expected] of [
      [["me", "you"], state],
      [["you"], initial],
    ] as const) {
      const {storage: again} = memoryRun();
      await new SiteStates(again, initial).propose(0, release, state);
      const after = new SiteStates(again, initial);
      const hash = "00".repeat(32);
      const body = {
        run: "00".repeat(16),
        round: 0,
        attempt: 0,
        group: "ab".repeat(32),
        roster: hash,
        parent: hash,
        result: hash,
      };
      const rest = {contributors: [...contributors], weight: 1, peakWeight: 1};
      const certificates = [{body: {...body, ...rest}, ballot: 0, votes: []}];
      await after.restore({lines: siteLines, certificates, self: "me"});
      expect(after.current()).toEqual(expected);
    }
  });
});
