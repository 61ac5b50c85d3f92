import fc from "fast-check";
import {afterEach, beforeEach, describe, expect, it} from "vitest";
import {errorLine, sha256, toHex} from "../../src/core/index.ts";
import {type Handshake, MAX_FRAME_BYTES, type NetworkLimits, type PeerId} from "../../src/network/index.ts";
import {bytesOf, noAbort, peersOf, releaseOf, type TestMember} from "./fixture.ts";

/** How a test member differs from the usual one. */
export interface MemberChanges {
  readonly handshake?: Handshake;
  readonly limits?: Partial<NetworkLimits>;
  /** The roster as this member has it. */
  readonly members?: readonly PeerId[];
}

/** A network of one kind, as the contract needs it. */
export interface World {
  /** Starts test member `index`; each finds the others by itself. */
  start(index: number, changes?: MemberChanges): Promise<TestMember>;
  close(): Promise<void>;
}

const BLOB = bytesOf(300_001);
const HASH = toHex(sha256(BLOB));

/** What every kind of network promises the node. */
export function networkContract(kind: string, createWorld: (members: readonly PeerId[]) => World): void {
  describe(`the network contract, ${kind}`, () => {
    let members: PeerId[];
    let world: World;

    beforeEach(async () => {
      members = await peersOf(3);
      world = createWorld(members);
    });
    afterEach(() => world.close());

    const startPair = async (changes: MemberChanges = {}): Promise<[TestMember, TestMember]> => {
      const pair: [TestMember, TestMember] = [await world.start(0, changes), await world.start(1, changes)];
      await Promise.all([pair[0].upWith(pair[1]), pair[1].upWith(pair[0])]);
      return pair;
    };

    it("delivers frames whole and in the order of sending, from both ends at once", async () => {
      const [a, b] = await startPair();
      const sizes = [0, 1, 4, 5, 70_000, MAX_FRAME_BYTES, 3, ...bytesOf(200)];
      for (const [index, size] of sizes.entries()) {
        expect(a.network.send(b.peer, bytesOf(size, index)), `frame ${index}`).toBe(true);
        expect(b.network.send(a.peer, bytesOf(size, index + 1)), `frame ${index}`).toBe(true);
      }
      await Promise.all([a, b].map((end) => end.until(() => end.frames.length === sizes.length)));
      const isSame = (end: TestMember, index: number, expected: Uint8Array): boolean =>
        Buffer.compare(end.frames[index]?.frame ?? Uint8Array.of(), expected) === 0;
      for (const [index, size] of sizes.entries()) {
        expect(isSame(b, index, bytesOf(size, index)), `frame ${index}`).toBe(true);
        expect(isSame(a, index, bytesOf(size, index + 1)), `frame ${index}`).toBe(true);
      }
    });

    it("keeps what was sent apart from what the sender does with its buffer afterwards", async () => {
      const [a, b] = await startPair();
      const frame = Uint8Array.of(1, 2, 3);
      a.network.send(b.peer, frame);
      frame.fill(9);
      await b.until(() => b.frames.length === 1);
      expect(b.frames[0]?.frame).toEqual(Uint8Array.of(1, 2, 3));
    });

    it("refuses a frame above the limit, and drops frames to absent and unknown peers with false", async () => {
      const a = await world.start(0);
      const [, b = ""] = members;
      expect(() => a.network.send(b, new Uint8Array(MAX_FRAME_BYTES + 1))).toThrow(
        expect.objectContaining({code: "NETWORK_FRAME_TOO_LARGE"}),
      );
      expect(a.network.send(b, Uint8Array.of(1))).toBe(false);
      expect(a.network.send("nobody", Uint8Array.of(1))).toBe(false);
      expect(a.linkTo(b).bytesSent).toBe(0);
    });

    it("tells of one down for each up, also of a member that comes back", async () => {
      const [a, b] = await startPair();
      for (let life = 0; life < 2; life++) {
        const before = a.events.length;
        const current = life === 0 ? b : await world.start(1);
        await a.upWith(current);
        await current.network.close();
        await a.until(() => a.events.length > before && a.linkTo(b.peer).status === "down");
        expect(a.network.send(b.peer, Uint8Array.of(1)), `life ${life}`).toBe(false);
      }
      expect(a.events.map(({kind}) => kind)).toEqual(["up", "down", "up", "down"]);
      expect(b.events.map(({kind}) => kind)).toEqual(["up", "down"]);
    });

    it("ends the link to a member whose frame made no sense, counts it, and links again", async () => {
      const [a, b] = await startPair();
      a.network.drop(b.peer);
      await a.until(() => a.events.filter(({kind}) => kind === "up").length === 2);
      expect(a.events.map(({kind}) => kind)).toEqual(["up", "down", "up"]);
      expect(a.events[1]?.reason).toBe("NETWORK_FRAME_MALFORMED");
      expect(a.linkTo(b.peer).violations).toBe(1);
    });

    it("shows links in the order of the roster with the bytes that both ends agree on", async () => {
      const [a, b] = await startPair();
      expect(a.network.links().map(({peer, status}) => ({peer, status}))).toEqual([
        {peer: b.peer, status: "up"},
        {peer: members[2], status: "down"},
      ]);
      a.network.send(b.peer, bytesOf(1000));
      b.network.publish(releaseOf(BLOB));
      await a.network.fetch({from: b.peer, hash: HASH, offset: 0, length: BLOB.length, signal: noAbort()});
      await b.until(() => b.frames.length === 1);
      const [there, back] = [a.linkTo(b.peer), b.linkTo(a.peer)];
      expect(there).toMatchObject({via: "direct", lastError: undefined, violations: 0});
      expect(there.address).toContain(b.peer);
      expect([there.bytesSent, there.bytesReceived]).toEqual([back.bytesReceived, back.bytesSent]);
      expect(there.bytesSent).toBeGreaterThan(1000);
      expect(there.bytesReceived).toBeGreaterThan(BLOB.length + 32);
      expect(there.bytesReceived).toBeLessThan(BLOB.length + 1000);
      expect(a.network.totals()).toEqual({bytesSent: there.bytesSent, bytesReceived: there.bytesReceived});
    });

    it("fetches exactly the bytes of any range, in aligned parts that make up the range", async () => {
      const [a, b] = await startPair();
      b.network.publish(releaseOf(BLOB));
      const range = fc
        .tuple(fc.nat(BLOB.length), fc.nat(BLOB.length))
        .map(([x, y]) => ({offset: Math.min(x, y), length: Math.abs(x - y)}));
      await fc.assert(
        fc.asyncProperty(range, async ({offset, length}) => {
          const parts: Uint8Array[] = [];
          let next = 0;
          const bytes = await a.network.fetch({
            from: b.peer,
            hash: HASH,
            offset,
            length,
            signal: noAbort(),
            onPart(part, position) {
              expect(position).toBe(next);
              expect(position % 65_536).toBe(0);
              next += part.byteLength;
              parts.push(part.slice());
            },
          });
          expect(Buffer.compare(bytes, BLOB.subarray(offset, offset + length))).toBe(0);
          expect(Buffer.compare(Buffer.concat(parts), bytes)).toBe(0);
        }),
        {numRuns: 30, examples: [[{offset: 0, length: BLOB.length}], [{offset: BLOB.length, length: 0}]]},
      );
    });

    it("refuses a blob that is missing, withdrawn, denied to this member, or asked for beyond its end", async () => {
      const [a, b] = await startPair({limits: {maxBlobBytes: BLOB.length}});
      const fetch = (
        offset: number,
        length: number,
        into = new Uint8Array(BLOB.length + 1),
      ): Promise<string> =>
        a.network.fetch({from: b.peer, hash: HASH, offset, length, into, signal: noAbort()}).then(
          () => "fetched",
          (error: unknown) => errorLine(error).replace(/:.*/s, ""),
        );
      expect(await fetch(0, 10)).toBe("NETWORK_BLOB_MISSING");
      b.network.publish(releaseOf(BLOB), (peer) => peer !== a.peer);
      expect(await fetch(0, 10)).toBe("NETWORK_BLOB_DENIED");
      b.network.publish(releaseOf(BLOB), (peer) => peer === a.peer);
      expect(await fetch(0, 10)).toBe("fetched");
      expect(await fetch(BLOB.length, 1)).toBe("NETWORK_BLOB_RANGE");
      expect(await fetch(0, BLOB.length + 1)).toBe("NETWORK_BLOB_RANGE");
      expect(await fetch(-1, 1)).toBe("NETWORK_BLOB_RANGE");
      expect(await fetch(0.5, 1)).toBe("NETWORK_BLOB_RANGE");
      expect(await fetch(0, 10, new Uint8Array(9))).toBe("NETWORK_BLOB_RANGE");
      b.network.withdraw(HASH);
      expect(await fetch(0, 10)).toBe("NETWORK_BLOB_MISSING");
      expect(a.linkTo(b.peer)).toMatchObject({status: "up", violations: 0});
    });

    it("publishes nothing that room privacy did not make", async () => {
      const a = await world.start(0);
      const forged = {...releaseOf(BLOB)};
      expect(() => a.network.publish(forged)).toThrow(
        expect.objectContaining({code: "NETWORK_RELEASE_REQUIRED"}),
      );
    });

    it("fills the caller's buffer when given one, and nothing beside the range", async () => {
      const [a, b] = await startPair();
      b.network.publish(releaseOf(BLOB));
      const into = new Uint8Array(1_010).fill(7);
      const request = {from: b.peer, hash: HASH, offset: 50, length: 1_000, into, signal: noAbort()};
      const bytes = await a.network.fetch(request);
      expect(bytes.buffer).toBe(into.buffer);
      expect(bytes).toEqual(BLOB.slice(50, 1_050));
      expect(into.subarray(1_000)).toEqual(new Uint8Array(10).fill(7));
    });

    it("ends a fetch with the reason of its signal, before and while it waits for an absent peer", async () => {
      const a = await world.start(0);
      const request = {from: members[1] ?? "", hash: HASH, offset: 0, length: 10};
      const controller = new AbortController();
      const waiting = a.network.fetch({...request, signal: controller.signal});
      controller.abort("no longer wanted");
      await expect(waiting).rejects.toBe("no longer wanted");
      await expect(a.network.fetch({...request, signal: controller.signal})).rejects.toBe("no longer wanted");
    });

    it("waits with a fetch until the peer is there", async () => {
      const a = await world.start(0);
      const fetched = a.network.fetch({
        from: members[1] ?? "",
        hash: HASH,
        offset: 0,
        length: BLOB.length,
        signal: noAbort(),
      });
      const b = await world.start(1);
      b.network.publish(releaseOf(BLOB));
      expect(Buffer.compare(await fetched, BLOB)).toBe(0);
    });

    it("brings 20 MB, and twelve fetches at once", async () => {
      const [a, b] = await startPair();
      const large = bytesOf(20_000_000);
      b.network.publish(releaseOf(large));
      const hash = toHex(sha256(large));
      const whole = await a.network.fetch({
        from: b.peer,
        hash,
        offset: 0,
        length: large.length,
        signal: noAbort(),
      });
      expect(Buffer.compare(whole, large)).toBe(0);
      const length = 500_000;
      const parts = await Promise.all(
        Array.from({length: 12}, (_, index) =>
          a.network.fetch({from: b.peer, hash, offset: index * length, length, signal: noAbort()}),
        ),
      );
      expect(Buffer.compare(Buffer.concat(parts), large.subarray(0, 12 * length))).toBe(0);
    });

    it("never links members whose handshakes differ, and names the field on both sides", async () => {
      const a = await world.start(0);
      const b = await world.start(1, {handshake: {consortium: "c0ffee", run: "run-1", layout: "other"}});
      for (const [end, other] of [[a, b] as const, [b, a] as const]) {
        await end.until(() =>
          end.lines.some(({fields}) => fields?.["code"] === "NETWORK_HANDSHAKE_MISMATCH"),
        );
        expect(end.linkTo(other.peer)).toMatchObject({
          status: "down",
          lastError: "NETWORK_HANDSHAKE_MISMATCH",
          lastErrorDetail: "layout",
        });
        expect(end.events).toEqual([]);
        expect(end.network.send(other.peer, Uint8Array.of(1))).toBe(false);
      }
    });

    it("never links with a node that its own roster does not list", async () => {
      const [first = "", second = "", third = ""] = members;
      const a = await world.start(0, {members: [first, second]});
      const stranger = await world.start(2, {members: [first, second, third]});
      const b = await world.start(1, {members: [first, second]});
      await Promise.all([a.upWith(b), b.upWith(a)]);
      expect(stranger.events).toEqual([]);
      expect(a.network.links().map(({peer}) => peer)).toEqual([second]);
      await expect(
        a.network.fetch({from: third, hash: HASH, offset: 0, length: 1, signal: noAbort()}),
      ).rejects.toMatchObject({code: "NETWORK_PEER_UNLISTED"});
    });

    it("does not start for a node that is not in its own roster", async () => {
      await expect(world.start(2, {members: members.slice(0, 2)})).rejects.toMatchObject({
        code: "NETWORK_PEER_UNLISTED",
      });
    });

    it("ends everything that waits when it closes, once, within 5 s", async () => {
      const [a, b] = await startPair();
      const request = {from: members[2] ?? "", hash: HASH, offset: 0, length: 1, signal: noAbort()};
      const refused = a.network.fetch(request).catch((error: unknown) => error);
      const startMs = performance.now();
      await Promise.all([a.network.close(), a.network.close()]);
      expect(performance.now() - startMs).toBeLessThan(5_000);
      expect(await refused).toMatchObject({code: "NETWORK_CLOSED"});
      await b.until(() => b.linkTo(a.peer).status === "down");
      expect(a.events.at(-1)).toEqual({kind: "down", peer: b.peer, reason: "NETWORK_CLOSED"});
      expect(a.network.send(b.peer, Uint8Array.of(1))).toBe(false);
    });
  });
}
