import type * as Tfjs from "@tensorflow/tfjs-core";
import {expect} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import {openBackend} from "../../src/model/index.ts";
import {relativeDistance} from "./reference-model.ts";

const LARGEST_DISTANCE = 1e-5;

/** A computation of one or more float tensors from tensors that `sample` makes: the same on every backend. */
export type Computation = (
  tf: typeof Tfjs,
  sample: (shape: readonly number[]) => Tfjs.Tensor,
) => readonly Tfjs.Tensor[];

/** The wasm backend with our kernels beside the cpu backend, in one engine. */
export interface WasmAndCpu {
  readonly tf: typeof Tfjs;
  close(): void;
}

/** Opens both backends, with the gradients of all operations. */
export async function openWasmAndCpu(): Promise<WasmAndCpu> {
  const tf = await import("@tensorflow/tfjs-core");
  await import("@tensorflow/tfjs-core/dist/register_all_gradients.js");
  const cpu = (await openBackend("cpu")).backend;
  const wasm = (await openBackend("wasm")).backend;
  return {
    tf,
    close() {
      wasm.close();
      cpu.close();
    },
  };
}

function run(tf: typeof Tfjs, registered: string, compute: Computation): readonly Float32Array[] {
  void tf.setBackend(registered);
  const backend = tf.backend();
  const before = {tensors: tf.memory().numTensors, data: backend.numDataIds()};
  const random = createRandom({seed: 1, site: "test", round: 0, purpose: "kernels"});
  const sample = (shape: readonly number[]): Tfjs.Tensor => {
    const values = Float32Array.from({length: tf.util.sizeFromShape([...shape])}, () => random.normal());
    return tf.tensor(values, [...shape]);
  };
  const values = tf.tidy(() =>
    compute(tf, sample).map((tensor) => Float32Array.from(tensor.dataSync<"float32">())),
  );
  expect({tensors: tf.memory().numTensors, data: backend.numDataIds()}, "tensors kept").toEqual(before);
  return values;
}

/** Fails unless wasm gives what cpu gives, finite, and keeps nothing of it. */
export function expectSame({tf}: WasmAndCpu, name: string, compute: Computation): void {
  const onWasm = run(tf, "wasm", compute);
  const onCpu = run(tf, "cpu", compute);
  expect(onWasm.length, name).toBe(onCpu.length);
  onWasm.forEach((values, index) => {
    const expected = onCpu[index] ?? new Float32Array(0);
    expect(values.length, `${name}: size of output ${index}`).toBe(expected.length);
    expect(values.every(Number.isFinite), `${name}: output ${index} is finite`).toBe(true);
    expect(relativeDistance(values, expected), `${name}: output ${index}`).toBeLessThan(LARGEST_DISTANCE);
  });
}
