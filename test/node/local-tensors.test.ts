import {describe, expect, it} from "vitest";
import {codecOf} from "../../src/parameters/index.ts";
import {drawn, LAYOUT, SIZE} from "../participant/three-tensors.ts";
import {type Quadratic, Quadratics} from "./quadratics.ts";

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
    for (const [index, site] of federation.sites.entries()) {
      // The trainer of a quadratic scores with its parameters: they show what the site predicts with.
      const used = await site.score(certified, {
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
