import {Socket} from "node:net";
import {afterEach, beforeEach, describe, expect, it, vi} from "vitest";
import {bytesOf, peersOf, type TestMember} from "./fixture.ts";
import {type Libp2pWorld, libp2pWorld} from "./libp2p-world.ts";

describe("what a link writes to its sockets", () => {
  let world: Libp2pWorld;
  let pair: readonly [TestMember, TestMember];

  beforeEach(async () => {
    world = libp2pWorld(await peersOf(2));
    // More than a member may send at once: here it is about sockets and windows.
    const rate = {perSecond: 1e9, burst: 1e9};
    const budgets = {frames: rate, frameBytes: rate, kindFrames: rate, kindBytes: rate};
    pair = [await world.start(0, {budgets}), await world.start(1, {budgets})];
    await Promise.all([pair[0].upWith(pair[1]), pair[1].upWith(pair[0])]);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await world.close();
  });

  it("is one piece for a frame, and one for having read it", async () => {
    const [a, b] = pair;
    const sizes: number[] = [];
    const write = Socket.prototype.write;
    vi.spyOn(Socket.prototype, "write").mockImplementation(function (this: Socket, ...given: unknown[]) {
      const [bytes] = given;
      if (bytes instanceof Uint8Array) sizes.push(bytes.byteLength);
      return Reflect.apply(write, this, given);
    });
    const frames = 200;
    for (let index = 0; index < frames; index++) {
      a.network.send(b.peer, bytesOf(200, index));
      await b.until(() => b.frames.length === index + 1);
    }
    expect(sizes.filter((size) => size > 200).length).toBeGreaterThanOrEqual(frames);
    // Two for each, and what the hosts say to each other meanwhile; in two pieces each they would be four.
    expect(sizes.length).toBeLessThan(3 * frames);
    expect(sizes).not.toContain(2);
  });

  it("does not end where a sender has used up all the room it was told of", async () => {
    const [a, b] = pair;
    const large = bytesOf(100_000);
    for (let sent = 0; sent < 200; sent += 40) {
      for (let index = 0; index < 40; index++) a.network.send(b.peer, large);
      await b.until(() => b.frames.length === sent + 40);
    }
    expect(b.frames.every(({frame}) => Buffer.compare(frame, large) === 0)).toBe(true);
  });
});
