import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {sha256, systemClock, toHex} from "../../src/core/index.ts";
import {
  createMemoryHub,
  createMemoryNetwork,
  type MemoryHub,
  type MemoryHubOptions,
  type Network,
} from "../../src/network/index.ts";
import {createFakeClock} from "./fake-clock.ts";
import {bytesOf, noAbort, peersOf, releaseOf, type TestMember, testMember, witness} from "./fixture.ts";
import {networkContract} from "./network-contract.ts";

networkContract("in one process", (members) => {
  const hub = createMemoryHub({clock: systemClock});
  const networks: Network[] = [];
  return {
    async start(index, {members: roster = members, ...changes} = {}) {
      const {witness: seen, options} = await witness(index, roster);
      const network = await createMemoryNetwork({...options, ...changes, hub});
      networks.push(network);
      return testMember(seen, network);
    },
    close: async () => void (await Promise.all(networks.map((network) => network.close()))),
  };
});

describe("the in-memory hub on a clock of its own", () => {
  const startPair = async (
    hubOptions: Omit<MemoryHubOptions, "clock"> = {},
  ): Promise<{clock: ReturnType<typeof createFakeClock>; hub: MemoryHub; a: TestMember; b: TestMember}> => {
    const clock = createFakeClock();
    const hub = createMemoryHub({...hubOptions, clock});
    const members = await peersOf(2);
    const [a, b] = await Promise.all(
      [0, 1].map(async (index) => {
        const {witness: seen, options} = await witness(index, members);
        return testMember(seen, await createMemoryNetwork({...options, clock, hub}));
      }),
    );
    if (a === undefined || b === undefined) throw new Error("two members were started");
    clock.advance(1_000);
    return {clock, hub, a, b};
  };

  it("delivers after the latency, neither before nor later", async () => {
    const {clock, a, b} = await startPair({latencyMs: () => 40});
    a.network.send(b.peer, Uint8Array.of(1));
    clock.advance(39);
    expect(b.frames).toEqual([]);
    clock.advance(1);
    expect(b.frames).toHaveLength(1);
  });

  it("keeps the order of frames whatever their latencies", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(100), {minLength: 1, maxLength: 30}), async (latenciesMs) => {
        let turn = 0;
        const {clock, a, b} = await startPair({
          latencyMs: () => latenciesMs[turn++ % latenciesMs.length] ?? 0,
        });
        for (let index = 0; index < 30; index++) a.network.send(b.peer, Uint8Array.of(index));
        clock.advance(1_000);
        expect(b.frames.map(({frame}) => frame[0])).toEqual([...Array(30).keys()]);
      }),
      {numRuns: 20},
    );
  });

  it("loses the frames that it is told to lose, and what is under way when a link is cut", async () => {
    let isLosing = false;
    const {clock, hub, a, b} = await startPair({latencyMs: () => 10, isLost: () => isLosing});
    isLosing = true;
    expect(a.network.send(b.peer, Uint8Array.of(1))).toBe(true);
    isLosing = false;
    expect(a.network.send(b.peer, Uint8Array.of(2))).toBe(true);
    clock.advance(10);
    expect(b.frames.map(({frame}) => frame[0])).toEqual([2]);
    a.network.send(b.peer, Uint8Array.of(3));
    hub.cut(a.peer, b.peer);
    expect(a.network.send(b.peer, Uint8Array.of(4))).toBe(false);
    clock.advance(1_000);
    hub.heal(a.peer, b.peer);
    clock.advance(1_000);
    expect(a.network.send(b.peer, Uint8Array.of(5))).toBe(true);
    clock.advance(1_000);
    expect(b.frames.map(({frame}) => frame[0])).toEqual([2, 5]);
    for (const end of [a, b]) expect(end.events.map(({kind}) => kind)).toEqual(["up", "down", "up"]);
  });

  it("fails a fetch with a code when the peer stays away for all attempts", async () => {
    const {clock, hub, a, b} = await startPair();
    hub.cut(a.peer, b.peer);
    const bytes = bytesOf(10);
    b.network.publish(releaseOf(bytes));
    let isOver = false;
    const fetched = a.network
      .fetch({from: b.peer, hash: toHex(sha256(bytes)), offset: 0, length: 10, signal: noAbort()})
      .catch((error: unknown) => error)
      .finally(() => {
        isOver = true;
      });
    while (!isOver) {
      clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await fetched).toMatchObject({code: "NETWORK_TRANSFER_FAILED"});
    expect(clock.nowMs()).toBeLessThan(200_000);
  });
});
