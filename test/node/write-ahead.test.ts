import {decode} from "cborg";
import {afterEach, expect, it} from "vitest";
import {runId} from "../../src/consortium/index.ts";
import {systemClock} from "../../src/core/index.ts";
import {
  createMemoryHub,
  createMemoryNetwork,
  type Network,
  type NetworkOptions,
} from "../../src/network/index.ts";
import {decodeFrame, type Frame} from "../../src/rounds/index.ts";
import {decodeFrames} from "../../src/storage/journal-frames.ts";
import type {CrashFileSystem} from "../storage/crash-file-system.ts";
import {Fleet} from "./fleet.ts";
import {SITES, type ThreeSites, threeSites} from "./three-sites.ts";

/** Words that a node must not forget once they are said. */
const BINDING = ["ready", "vote"] as const;
type Binding = Extract<Frame, {type: (typeof BINDING)[number]}>;
type Line = Readonly<Record<string, unknown>>;

const isBinding = (frame: Frame): frame is Binding => BINDING.some((type) => type === frame.type);

/** The lines of a run's journal, and whether a blob is there, that a loss of power now would leave. */
function lastingRun(disk: CrashFileSystem, folder: string) {
  const journal = disk.lasting(`${folder}/journal`) ?? new Uint8Array();
  const lines = decodeFrames(journal).records.map((bytes): Line => decode(bytes) as Line);
  const has = (hash: unknown): boolean => {
    const bytes = disk.lasting(`${folder}/models/${String(hash)}`);
    return bytes !== undefined && bytes.length > 0;
  };
  return {lines, has};
}

function isWritten(frame: Binding, {lines, has}: ReturnType<typeof lastingRun>): boolean {
  const ofRound = lines.filter(({round}) => round === frame.round);
  if (frame.type === "ready") {
    const named = ofRound.some(({kind, hash}) => kind === "contribution" && hash === frame.contribution);
    return named && has(frame.contribution);
  }
  return ofRound.some(({kind, accepted, committedIn, snapshot}) => {
    if (kind !== "ballot" || !has(snapshot)) return false;
    const {ballot, body} = (accepted ?? {}) as Line;
    const isAccepted = ballot === frame.ballot && body instanceof Uint8Array;
    return frame.step === "accept" ? isAccepted : Number(committedIn) >= frame.ballot;
  });
}

let fleet: Fleet | null = null;
afterEach(() => fleet?.close());

/** Nodes whose binding words are held against their disks when they are said. */
function watchedFleet(consortium: ThreeSites, said: string[], forgotten: string[]): Fleet {
  const hub = createMemoryHub({clock: systemClock});
  const folder = `/state/runs/${runId(consortium.plan.hash, 1)}`;
  const openNetwork = async (options: NetworkOptions, site: string): Promise<Network> => {
    const disk = await watched.diskOf(site);
    const network = await createMemoryNetwork({...options, hub});
    return {
      ...network,
      send(peer, bytes) {
        const frame = decodeFrame(bytes);
        if (isBinding(frame)) {
          const word = `${frame.type} ${"step" in frame ? frame.step : ""}`.trim();
          said.push(word);
          if (!isWritten(frame, lastingRun(disk, folder))) forgotten.push(`${site}: ${word}`);
        }
        return network.send(peer, bytes);
      },
    };
  };
  const watched = new Fleet(consortium, {openNetwork});
  return watched;
}

it("a node says that its contribution is ready, and its votes, once they are on its disk", async () => {
  const said: string[] = [];
  const forgotten: string[] = [];
  const running = watchedFleet(await threeSites(), said, forgotten);
  fleet = running;
  await running.startAll();
  await Promise.all(SITES.map((site) => running.nodeOf(site).outcome));
  expect(forgotten).toEqual([]);
  expect(new Set(said)).toEqual(new Set(["ready", "vote accept", "vote commit"]));
});
