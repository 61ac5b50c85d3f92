import {readdir} from "node:fs/promises";
import path from "node:path";
import {describe, expect, it} from "vitest";
import {envelopeBytes} from "../../src/consortium/index.ts";
import {sha256, toHex} from "../../src/core/index.ts";
import {contractHash, contractText, featuresOf, readContract, readTask} from "../../src/data/index.ts";
import {lastValues, safetensorsBytes} from "../../src/lineage/safetensors.ts";
import {identityOf} from "../node/three-sites.ts";

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const PRESETS = path.resolve(import.meta.dirname, "../../config/presets");

describe("DSSE", () => {
  it("encodes what is signed as the example of its protocol, version 1.0.0", () => {
    const bytes = envelopeBytes("http://example.com/HelloWorld", text("hello world"));
    expect(new TextDecoder().decode(bytes)).toBe("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  });

  it("is signed by a node key as RFC 8032 has it", () => {
    // Made with `cryptography` 50.0.2: Ed25519PrivateKey.from_private_bytes(b"\x01" * 32).sign(pae).hex()
    const signature = identityOf("north").signEnvelope("http://example.com/HelloWorld", text("hello world"));
    expect(toHex(signature)).toBe(
      "36b93c69ff970e9a48974789f3eabffa267306b7dc9cee0948e1e3ece522bfa3dc86a16a673d9066c1d8ca63ca546241e61979d97feace878e49c3c90617550e",
    );
  });
});

describe("safetensors", () => {
  it("are the bytes that the Python package writes, version 0.8.0", () => {
    // save({"a.weight": [[1, 2]], "b": [-0.5]}, metadata={"k": "v"}) of safetensors.numpy, as float32
    const layout = {
      tensors: [
        {name: "a.weight", shape: [1, 2]},
        {name: "b", shape: [1]},
      ],
    };
    const bytes = safetensorsBytes(layout, Float32Array.of(1, 2, -0.5), {k: "v"});
    expect(toHex(bytes)).toBe(
      "90000000000000007b225f5f6d657461646174615f5f223a7b226b223a2276227d2c22612e776569676874223a7b226474797065223a22463332222c227368617065223a5b312c325d2c22646174615f6f666673657473223a5b302c385d7d2c2262223a7b226474797065223a22463332222c227368617065223a5b315d2c22646174615f6f666673657473223a5b382c31325d7d7d20200000803f00000040000000bf",
    );
    expect(lastValues(bytes, 3)).toEqual(Float32Array.of(1, 2, -0.5));
    expect(lastValues(bytes, bytes.length / 4)).toBe(null);
  });
});

describe("a data contract", async () => {
  const names = (await readdir(PRESETS)).filter((name) => name.endsWith(".task.yaml"));

  it.each(names)("of %s is read from its text, with the features of the task", async (name) => {
    const {task} = await readTask(path.join(PRESETS, name));
    const bytes = text(contractText(task));
    expect(toHex(sha256(bytes))).toBe(contractHash(task));
    const contract = readContract(bytes, "contract.json");
    expect(contract.features).toEqual(featuresOf(task));
    expect(contract).toMatchObject({kind: task.kind, name: task.name, synthetic: task.synthetic});
    expect(contract.label.column).toBe(task.label.column);
    expect([...contract.label.positive].sort()).toEqual(task.label.positive.map(String).sort());
    const time = task.kind === "tabular" ? task.label.time : undefined;
    expect(contract.survival).toEqual(time ?? null);
  });

  it.each([
    ["", "is not JSON"],
    ["{}", "is not a data contract"],
    [
      '["consilium/data-contract/1",1,"tabular","x",true,"y",[["1"],["0"]],[],"refuse"]',
      "is not a data contract",
    ],
    [
      '["consilium/data-contract/2",1,"tabular","x",true,"y",[["1"],["0"]],[["a","number","m",[0,1]]],"refuse"]',
      "is",
    ],
  ])("is refused if its text is %j", (content, reason) => {
    expect(() => readContract(text(content), "contract.json")).toThrow(reason);
  });
});
