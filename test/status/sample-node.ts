import {type Clock, createMetricRegistry, silentLogger} from "../../src/core/index.ts";
import {createEventFeed, type EventFeed, type Node, type NodeView} from "../../src/node/index.ts";
import {LOOPBACK_ACCESS, openStatusServer, type StatusServer} from "../../src/status/index.ts";
import type {StatusServerOptions} from "../../src/status/status-server.ts";
import {SITES, threeSites} from "../node/three-sites.ts";
import {dashboardUrl} from "./dashboard/dashboard-url.ts";
import {SAMPLE_VIEW} from "./sample-view.ts";

/** What of a node the status room sees. */
export type SampleNode = Pick<Node, "view" | "plan" | "roster" | "rounds" | "history" | "releases">;

const {plan, roster} = await threeSites();
const SIGNATURE = new Uint8Array(64).fill(7);

function roundOf(round: number): ReturnType<Node["rounds"]>[number] {
  const members = roster.members.map(({peerId}) => peerId);
  return {
    certifiedWallMs: round === 0 ? null : 1_700_000_000_000 + round * 1000,
    seconds: {total: round === 0 ? null : 1.5, training: 0.5, exchanging: 1},
    stage: "training",
    absent: ["east"],
    contributors: ["north", "south"],
    voters: [...SITES],
    certificate: {
      body: {
        run: SAMPLE_VIEW.plan.run,
        round,
        attempt: 1,
        group: "ab".repeat(32),
        roster: "aa".repeat(32),
        parent: "bb".repeat(32),
        contributors: members.slice(0, 2),
        weight: 0.5,
        peakWeight: 0.75,
        result: "cc".repeat(32),
      },
      ballot: 1,
      votes: members.map((member) => ({member, signature: SIGNATURE})),
    },
  };
}

/** A node with something in every answer; its view is `view()`'s. */
export function sampleNode(view: () => NodeView = () => SAMPLE_VIEW): SampleNode {
  return {
    view,
    plan,
    roster,
    rounds: (limit) => [4, 3, 2, 1, 0].slice(0, limit).map(roundOf),
    history: () => [
      {round: 2, loss: 0.6, consensusDistance: null, validation: null},
      {round: 3, loss: 0.5, consensusDistance: 0.03, validation: {n: 40, auroc: null, logLoss: null}},
    ],
    releases: () => [
      {day: "2023-11-14", hour: null, peer: "south", kind: "update", messages: 3, bytes: 4096},
      {day: "2023-11-14", hour: 21, peer: "south", kind: "frame", messages: 30, bytes: 900},
    ],
  };
}

/** A clock that stands still until it is moved, and keeps its timers to be fired by hand. */
export class HandClock implements Clock {
  ms = 1000;
  readonly timers = new Set<() => void>();

  nowMs(): number {
    return this.ms;
  }

  wallMs(): number {
    return 1_699_999_999_000 + this.ms;
  }

  after(_: number, action: () => void): () => void {
    const timer = (): void => {
      this.timers.delete(timer);
      action();
    };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }

  /** Fires the timers that are set now, and none that they set. */
  fire(): void {
    const due = [...this.timers];
    for (const action of due) action();
  }
}

/** A status server on a free port, and the feed that it serves; `changes` replaces its options. */
export async function openSampleServer(
  changes: Partial<StatusServerOptions> = {},
): Promise<{readonly server: StatusServer; readonly feed: EventFeed; readonly clock: HandClock}> {
  const clock = new HandClock();
  const feed = changes.feed ?? createEventFeed(clock);
  const server = await openStatusServer({
    host: "127.0.0.1",
    port: 0,
    probes: {host: "127.0.0.1", port: 0},
    access: LOOPBACK_ACCESS,
    node: () => sampleNode(),
    feed,
    registry: createMetricRegistry(),
    clock,
    version: "1.2.3",
    logger: silentLogger,
    dashboardUrl,
    ...changes,
  });
  return {server, feed, clock};
}
