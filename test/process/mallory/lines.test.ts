import {connect, type Socket} from "node:net";
import {describe, expect, it} from "vitest";
import {createConsortium} from "../consortium.ts";
import {pause} from "../until.ts";
import {type FlappingNetwork, openFlapping} from "./flapping.ts";
import {besiege, type Siege} from "./siege.ts";
import {expectNoSlander, expectPace, expectSameContributors, show} from "./verdicts.ts";

const LIMIT_MS = 240_000;
const OPENING = 6;
const ROUNDS = 9;
/** Shorter than the shortest deadline: each time a link goes, whoever waits might begin to wait anew. */
const FLAP_MS = 300;
const DEADLINE = {minimumSeconds: 2, maximumSeconds: 4};

describe("a member whose links flap faster than the shortest deadline", () => {
  it("without malice keeps no round up, and is not blamed", {timeout: LIMIT_MS}, async () => {
    const seen: {network?: FlappingNetwork} = {};
    let flaps = 0;
    const outcome = await besiege({
      acts: [],
      rounds: ROUNDS,
      opening: OPENING,
      deadline: DEADLINE,
      async wrap(open, events) {
        seen.network = await openFlapping(open, events);
        return seen.network;
      },
      async beside({consortium, honest}: Siege) {
        for (let isOver = false; !isOver; flaps += 1) {
          await seen.network?.flap();
          await pause(FLAP_MS);
          const statuses = await consortium.statuses(honest);
          isOver = statuses.every(({activity}) => activity === "finished");
        }
      },
    });
    if (process.env["MALLORY_SHOW"] === "1") show(outcome);
    expect(flaps).toBeGreaterThan(2);
    expectPace(outcome, {first: OPENING, last: ROUNDS});
    expectSameContributors(outcome);
    expectNoSlander(outcome);
    for (const survivor of outcome.survivors) {
      const {name} = outcome.liar;
      const link = survivor.status.peers.find((peer) => peer.name === name)?.link;
      expect(link, survivor.site.name).toMatchObject({exclusions: 0, violations: 0});
    }
  });
});

const SOCKETS = 150;
/** Each from another network, as an outsider's may be; Linux answers on all of 127.0.0.0/8. */
const sourceOf = (index: number): string => `127.1.${index % 100}.1`;
const JOIN_LIMIT_MS = 30_000;
const SHORT =
  "all places for incomplete connections are taken: somebody opens many connections and sends nothing";

/** Holds so many connections to a port without a byte, each opened anew when it is closed. */
function holdHalfOpen(port: number): () => void {
  const sockets = new Set<Socket>();
  let isOver = false;
  const hold = (index: number): void => {
    if (isOver) return;
    const socket = connect({port, host: "127.0.0.1", localAddress: sourceOf(index)});
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      setTimeout(() => hold(index), 20);
    });
  };
  for (let index = 0; index < SOCKETS; index++) hold(index);
  return () => {
    isOver = true;
    for (const socket of sockets) socket.destroy();
  };
}

describe.skipIf(process.platform !== "linux")("an outsider with 150 connections that say nothing", () => {
  it("keeps no member out, and is told of in the log", {timeout: LIMIT_MS}, async () => {
    const sites = ["north", "south", "east"];
    const consortium = await createConsortium({sites, rounds: 4, localSteps: 2, deadline: DEADLINE});
    let release = (): void => {};
    try {
      const [first, ...others] = consortium.sites;
      if (first === undefined) throw new Error("there is no member");
      const from = await consortium.start(first);
      release = holdHalfOpen(Number(/\/tcp\/(\d+)/.exec(from.addresses[0] ?? "")?.[1]));
      await consortium.until("the outsider's places to be taken", JOIN_LIMIT_MS, () =>
        first.daemon?.lines.some((line) => line.includes(SHORT)) === true ? true : null,
      );
      await Promise.all(others.map((site) => consortium.start(site, from)));
      const startMs = performance.now();
      await consortium.until("links to both members", JOIN_LIMIT_MS, async () => {
        const status = await first.daemon?.status();
        const up = status?.peers.filter(({link}) => link.status === "up") ?? [];
        return up.length === others.length ? up : null;
      });
      const tookMs = performance.now() - startMs;
      console.log(
        `both members are in after ${(tookMs / 1000).toFixed(1)} s beside ${SOCKETS} silent connections`,
      );
      await consortium.until("the end of the run", LIMIT_MS / 2, async () => {
        const statuses = await consortium.statuses(consortium.sites);
        return statuses.every(({activity}) => activity === "finished") ? true : null;
      });
      const [status] = await consortium.statuses([first]);
      expect(status?.peers.map(({link}) => link.exclusions)).toEqual([0, 0]);
    } finally {
      release();
      await consortium.close();
    }
  });
});
