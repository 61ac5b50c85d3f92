import {afterEach, describe, expect, it} from "vitest";
import {createRandom, type Logger, silentLogger, systemClock} from "../../src/core/index.ts";
import {restoreSession} from "../../src/gossip/index.ts";
import {
  createMemoryHub,
  createMemoryNetwork,
  type Network,
  type NetworkOptions,
} from "../../src/network/index.ts";
import {forgottenPart} from "../../src/node/records/forgotten-part.ts";
import {askToVouch, vouchersNeeded} from "../../src/node/records/vouching.ts";
import {
  type Certificate,
  type DurableRecord,
  decodeFrame,
  encodeFrame,
  type QuorumRule,
  type Restored,
} from "../../src/rounds/index.ts";
import {createConsortium, primitivesOf, RUN} from "../gossip/consortium.ts";

const ROUNDS = 4;
const SELF = "member-a";
const MEMBERS = ["member-a", "member-b", "member-c"];

/** What a member wrote down, and what everyone saw certified, in a run in which leaders died and ballots competed. */
function history(): {
  readonly records: readonly DurableRecord[];
  readonly certificates: readonly Certificate[];
} {
  const {world, members, certified} = createConsortium({seed: 21, weights: [10, 20, 30], rounds: ROUNDS});
  for (const member of members) world.start(member);
  world.after(120, () => world.crash("member-b"));
  world.after(700, () => world.start("member-b"));
  world.after(2500, () => world.crash(SELF));
  world.after(9000, () => world.start(SELF));
  world.run();
  const certificates = [...certified.values()].flat().map(({certificate}) => certificate);
  return {records: world.diskOf(SELF), certificates};
}

const {records, certificates} = history();
const restoredAfter = (count: number): Restored => restoreSession(records.slice(0, count));
const partOf = (certificate: Certificate, restored: Restored): string | null =>
  forgottenPart(certificate, {self: SELF, primitives: primitivesOf(SELF), restored});

/** Whether the first `count` records tell of what the certificate shows, read one by one. */
function isTold({body, ballot, votes}: Certificate, count: number): boolean {
  const told = records.slice(0, count);
  const isPast = told.some(
    (record) => record.kind === "certificate" && record.certificate.body.round >= body.round,
  );
  const hasVote = told.some(
    (record) => record.kind === "ballot" && record.round === body.round && record.committedIn >= ballot,
  );
  const hasContribution = told.some(
    (record) => record.kind === "contribution" && record.round === body.round,
  );
  const isVoter = votes.some(({member}) => member === SELF);
  const isContributor = body.contributors.includes(SELF);
  return isPast || ((!isVoter || hasVote) && (!isContributor || hasContribution));
}

describe("what a certificate shows of a node's forgotten part", () => {
  it("is what the records of any earlier moment do not tell, and nothing else", () => {
    const seen = {told: 0, forgotten: 0};
    for (let count = 0; count <= records.length; count++) {
      for (const certificate of certificates) {
        const told = isTold(certificate, count);
        const where = `${count} of ${records.length} records, round ${certificate.body.round}`;
        expect(partOf(certificate, restoredAfter(count)) === null, where).toBe(told);
        seen[told ? "told" : "forgotten"] += 1;
      }
    }
    expect(Math.min(seen.told, seen.forgotten)).toBeGreaterThan(20);
  });

  it("is never anything for the records as they are", () => {
    for (const certificate of certificates)
      expect(partOf(certificate, restoredAfter(records.length))).toBeNull();
  });

  it("takes no other's word for its own vote", () => {
    const [certificate] = certificates.filter(({votes}) => votes.some(({member}) => member === SELF));
    if (certificate === undefined) throw new Error("it voted in some round");
    const {body, votes} = certificate;
    const contributors = body.contributors.filter((member) => member !== SELF);
    const forged = {
      ...certificate,
      body: {...body, contributors},
      votes: votes.map((vote) => ({...vote, signature: new Uint8Array(32)})),
    };
    expect(partOf(forged, restoredAfter(0))).toBeNull();
  });
});

it("needs so many vouchers that one was in every decision with this node", () => {
  const needed = (rule: QuorumRule): number[] =>
    [1, 2, 3, 4, 5, 6, 7, 24].map((members) => vouchersNeeded(rule, members));
  expect(needed("majority")).toEqual([0, 1, 2, 2, 3, 3, 4, 12]);
  expect(needed("two-thirds")).toEqual([0, 1, 1, 2, 2, 2, 3, 8]);
});

/** Members in one process, of which each says what a script has for it. */
class Room {
  readonly #hub = createMemoryHub({clock: systemClock});
  readonly #networks: Network[] = [];

  join(self: string, events: NetworkOptions["events"]): Promise<Network> {
    return createMemoryNetwork({
      hub: this.#hub,
      identity: {privateKeySeed: new Uint8Array(32), peerId: self},
      roster: {members: MEMBERS, expiries: new Map(), rendezvous: new Uint8Array(32)},
      handshake: {},
      events,
      clock: systemClock,
      random: createRandom({seed: 1, site: self, round: 0, purpose: "test"}),
      logger: silentLogger,
    });
  }

  /** A running member in the round behind `certificate`, as it greets and answers. */
  async member(self: string, certificate: Certificate | null): Promise<void> {
    const round = certificate === null ? 0 : certificate.body.round + 1;
    const network = await this.join(self, {
      onLinkUp: (peer) => void network.send(peer, encodeFrame({type: "ask", run: RUN, round})),
      onLinkDown() {},
      onFrame(peer, bytes) {
        const frame = decodeFrame(bytes);
        if (frame.type !== "ask" || frame.round >= round || certificate === null) return;
        // As a session does: first that of the asker's newest round.
        const shared = certificates.find(({body}) => body.round === frame.round - 1);
        for (const each of shared === undefined ? [certificate] : [shared, certificate])
          network.send(
            peer,
            encodeFrame({type: "certificate", run: RUN, round: each.body.round, certificate: each}),
          );
      },
    });
    this.#networks.push(network);
  }

  /** A member that says one certificate to whoever asks, and then what nobody can read. */
  async teller(self: string, certificate: Certificate): Promise<void> {
    const network = await this.join(self, {
      onLinkUp() {},
      onLinkDown() {},
      onFrame: (peer) => {
        const {round} = certificate.body;
        network.send(peer, encodeFrame({type: "certificate", run: RUN, round, certificate}));
        network.send(peer, Uint8Array.of(0));
      },
    });
    this.#networks.push(network);
  }

  async close(): Promise<void> {
    for (const network of this.#networks) await network.close();
  }
}

const REFUSED = "a peer's word on this restored node was refused";

describe("a restored node that asks to be vouched for", () => {
  let room: Room;
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const logger: Logger = {...silentLogger, info: write, warn: write, child: () => logger};

  const ask = (restored: Restored, signal?: AbortSignal, self = SELF): Promise<void> =>
    askToVouch({
      self,
      run: RUN,
      roster: "ab".repeat(32),
      members: MEMBERS,
      quorum: "majority",
      primitives: primitivesOf(self),
      restored,
      clock: systemClock,
      logger,
      nameOf: (member) => member,
      openNetwork: (events) => room.join(self, events),
      signal,
    });
  const begin = (): void => {
    room = new Room();
    lines.length = 0;
  };
  afterEach(() => room.close());

  const byRound = (round: number): Certificate => {
    const found = certificates.find(({body}) => body.round === round);
    if (found === undefined) throw new Error("the run has that round");
    return found;
  };
  const own = certificates.filter(({body}) => body.contributors.includes(SELF));

  it("goes on where the others are no further, or went further without it", async () => {
    begin();
    await room.member("member-b", null);
    await room.member("member-c", byRound(0));
    const missed = restoredAfter(records.length);
    await expect(ask({...missed, round: null})).resolves.toBeUndefined();
    expect(lines.at(-1)).toMatch(/know of nothing/);
  });

  it("is refused by one certificate with its part in it", async () => {
    begin();
    const [first] = own;
    if (first === undefined) throw new Error("it contributed in some round");
    await room.member("member-b", first);
    await expect(ask(restoredAfter(0))).rejects.toMatchObject({
      code: "NODE_STATE_OUTDATED",
      message: expect.stringMatching(/^this node (voted|contributed) in round \d+, of which/),
    });
  });

  it("takes certificates of a round that it knows for no answer", async () => {
    begin();
    const restored = restoredAfter(records.length);
    const {round} = byRound(0).body;
    expect(restored.certified?.certificate.body.round).toBeGreaterThanOrEqual(round);
    for (const member of ["member-b", "member-c"]) await room.teller(member, byRound(0));
    const controller = new AbortController();
    const asked = ask(restored, controller.signal);
    const outcome = asked.then(
      () => "it went on",
      () => "it waited",
    );
    // A refusal shows that what the teller had said before was heard.
    await expect.poll(() => lines.filter((line) => line === REFUSED)).toHaveLength(2);
    controller.abort(new Error("told to end"));
    expect(await outcome).toBe("it waited");
  });

  it("waits for enough of the others", async () => {
    begin();
    await room.member("member-b", null);
    let isDone = false;
    const asked = ask(restoredAfter(records.length)).then(() => {
      isDone = true;
    });
    await expect.poll(() => lines.length).toBeGreaterThan(0);
    await new Promise((resolve) => setImmediate(resolve));
    expect(isDone).toBe(false);
    await room.member("member-c", null);
    await asked;
  });

  it("takes an invalid certificate for no answer", async () => {
    begin();
    const certificate = byRound(ROUNDS - 1);
    const {votes} = certificate;
    await room.member("member-b", {...certificate, votes: votes.slice(0, 1)});
    const controller = new AbortController();
    const asked = ask(restoredAfter(0), controller.signal);
    await expect.poll(() => lines).toContain(REFUSED);
    controller.abort(new Error("told to end"));
    await expect(asked).rejects.toThrow("told to end");
    await expect(ask(restoredAfter(0), controller.signal)).rejects.toThrow("told to end");
  });

  it("does not wait for another that is restored and knows less, which waits for it", async () => {
    begin();
    await room.member("member-c", null);
    const older = ask(restoreSession([]), undefined, "member-b").catch((error: unknown) => error);
    await ask(restoredAfter(records.length));
    await room.member(SELF, byRound(ROUNDS - 1));
    expect(await older).toMatchObject({code: "NODE_STATE_OUTDATED"});
  });
});
