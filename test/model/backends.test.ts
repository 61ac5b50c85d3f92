import {describe, expect, it} from "vitest";
import {type BackendName, initialParameters, type ModelSpec, openBackend} from "../../src/model/index.ts";
import {describeBackend} from "./backend-contract.ts";
import {isNativePresent, PRESENT_BACKENDS} from "./present-backends.ts";
import {sampleBatch} from "./sample-batch.ts";
import {describeSeveralClasses} from "./softmax-contract.ts";
import {valueAt} from "./value-at.ts";

const NATIVE: BackendName = "tfjs-node";

for (const name of PRESENT_BACKENDS) {
  describeBackend(name);
  describeSeveralClasses(name);
}

describe("the choice of a backend", () => {
  it("takes the fastest that works and says why the faster ones do not", async () => {
    const {backend, passedOver, warning} = await openBackend("auto");
    backend.close();
    expect(backend.name).toBe(isNativePresent ? NATIVE : "wasm");
    expect(passedOver.map(({name}) => name)).toEqual(isNativePresent ? [] : [NATIVE]);
    expect(warning).toBeNull();
  });

  it("warns of the slow one", async () => {
    const {backend, warning} = await openBackend("cpu");
    backend.close();
    expect(backend.name).toBe("cpu");
    expect(warning).toContain("ten times slower");
  });

  it.skipIf(isNativePresent)("refuses one that is asked for by name and is missing", async () => {
    await expect(openBackend(NATIVE)).rejects.toMatchObject({
      code: "MODEL_BACKEND_MISSING",
      message: expect.stringMatching(/^no compute backend \(tfjs-node: [^.]+\)$/),
      hint: expect.stringContaining("auto"),
    });
  });
});

describe("two backends in one thread", () => {
  it("take turns without a trace of each other", async () => {
    const spec: ModelSpec = {architecture: "mlp", hidden: [6], activation: "tanh"};
    const parameters = initialParameters(spec, 5, 1);
    const batch = sampleBatch(8, 5, 1);
    const wasm = (await openBackend("wasm")).backend;
    const alone = wasm.build(spec, 5).predict(parameters, batch);
    const cpu = (await openBackend("cpu")).backend;
    const [onWasm, onCpu] = [wasm.build(spec, 5), cpu.build(spec, 5)] as const;
    const first = onWasm.predict(parameters, batch);
    const other = onCpu.predict(parameters, batch);
    const again = onWasm.predict(parameters, batch);
    wasm.close();
    const afterwards = onCpu.predict(parameters, batch);
    cpu.close();
    expect(first).toEqual(alone);
    expect(again).toEqual(alone);
    expect(afterwards).toEqual(other);
    other.forEach((score, row) => expect(score, `row ${row}`).toBeCloseTo(valueAt(alone, row), 6));
  });
});
