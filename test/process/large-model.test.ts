import {afterEach, describe, expect, it} from "vitest";
import {sha256, toHex} from "../../src/core/index.ts";
import {noAbort, peersOf, releaseOf} from "../network/fixture.ts";
import {type Libp2pWorld, libp2pWorld} from "../network/libp2p-world.ts";
import {type CuttableRelay, cuttableRelay, portOf} from "../network/raw-peer.ts";

const MODEL_BYTES = 400_000_000;

/** A model of 100 million values: every 4 bytes differ from all others. */
function largeModel(): Uint8Array {
  const words = new Uint32Array(MODEL_BYTES / 4);
  for (let index = 0; index < words.length; index++) words[index] = Math.imul(index, 0x9e3779b1);
  return new Uint8Array(words.buffer);
}

describe("a model of 400 MB", () => {
  let world: Libp2pWorld | undefined;
  let relay: CuttableRelay | undefined;
  afterEach(async () => {
    await world?.close();
    await relay?.close();
  });

  it("arrives whole over a line that is cut in the middle, and less than 5 % of it is sent again", {
    timeout: 240_000,
  }, async () => {
    const members = await peersOf(2);
    world = libp2pWorld(members);
    const limits = {progressTimeoutMs: 5000, redialMaxMs: 500};
    const sender = await world.start(0, {limits});
    relay = await cuttableRelay(portOf(sender.network.addresses()[0] ?? ""));
    const reader = await world.start(1, {
      listen: [],
      bootstrap: [`/ip4/127.0.0.1/tcp/${relay.port}/p2p/${sender.peer}`],
      limits,
    });
    await Promise.all([sender.upWith(reader), reader.upWith(sender)]);
    const model = largeModel();
    const hash = toHex(sha256(model));
    sender.network.publish(releaseOf(model));
    relay.cutAt(relay.bytesBack() + MODEL_BYTES / 2);
    const request = {from: sender.peer, hash, offset: 0, length: MODEL_BYTES, signal: noAbort()};
    const bytes = await reader.network.fetch(request);
    expect(toHex(sha256(bytes))).toBe(hash);
    expect(reader.events.map(({kind}) => kind).slice(0, 3)).toEqual(["up", "down", "up"]);
    const again = reader.linkTo(sender.peer).bytesReceived - MODEL_BYTES;
    expect(again).toBeLessThan(0.05 * MODEL_BYTES);
  });
});
