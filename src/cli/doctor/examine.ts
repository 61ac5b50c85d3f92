import {join} from "node:path";
import {type NodeConfig, readStatusSecrets} from "../../config/index.ts";
import {createIdentity} from "../../consortium/index.ts";
import {readTask} from "../../data/index.ts";
import {openBackend} from "../../model/index.ts";
import type {PeerProbe} from "../../network/index.ts";
import {type InspectedState, inspectState, statusTokenFile} from "../../storage/index.ts";
import {examineData} from "../data-check/examine-data.ts";
import {readPlan, readRoster} from "../input-file.ts";
import {checkBackend} from "./check-backend.ts";
import {checkClock} from "./check-clock.ts";
import {checkNode} from "./check-node.ts";
import {
  checkApprovedPlan,
  checkData,
  checkEntry,
  checkRoster,
  checkTask,
  type Papers,
} from "./check-papers.ts";
import {checkPeers} from "./check-peers.ts";
import {checkListen, checkStatusGuard, checkStatusPort} from "./check-ports.ts";
import {checkDisk, checkMemory} from "./check-room.ts";
import {checkLock, checkNodeKey, checkStateDirectory, type LoadedKey} from "./check-state.ts";
import {checkWorkTree} from "./check-work-tree.ts";
import {type Finding, type Loaded, loaded, pass} from "./finding.ts";
import type {Probes} from "./probes.ts";

const ASK_LIMIT_MS = 5000;

/** The subject of each check, by its number, which never changes its meaning. */
export const CHECKS = {
  D01: "Node",
  D02: "consilium",
  D03: "clock",
  D04: "state directory",
  D05: "node key",
  D06: "lock",
  D07: "roster",
  D08: "own entry",
  D09: "plan",
  D10: "task",
  D11: "data",
  D12: "disk",
  D13: "memory",
  D14: "backend",
  D15: "listen",
  D16: "status port",
  D17: "status guard",
  D18: "peers",
  D19: "git",
} as const;

/** A {@link Finding} under its check. */
export interface NumberedFinding extends Finding {
  readonly id: keyof typeof CHECKS;
  readonly what: string;
}

/** The objects that the doctor examines. */
export interface Examined {
  readonly config: NodeConfig;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly probes: Probes;
}

/** The facts on which several checks rest. */
interface Ground extends Examined {
  readonly papers: Papers;
  readonly state: Loaded<InspectedState>;
  readonly key: LoadedKey;
  readonly startedMs: number;
  readonly startedWallMs: number;
}

async function keyOf(state: Loaded<InspectedState>): Promise<LoadedKey> {
  if ("error" in state) return state;
  return loaded(async () => {
    const seed = state.value.permissions === undefined ? undefined : await state.value.readNodeKey();
    return seed === undefined ? null : createIdentity(seed);
  });
}

async function prepare(examined: Examined): Promise<Ground> {
  const {config, probes} = examined;
  const [startedMs, startedWallMs] = [probes.nowMs(), probes.wallMs()];
  const state = await loaded(() => inspectState(config.state));
  return {
    ...examined,
    startedMs,
    startedWallMs,
    state,
    key: await keyOf(state),
    papers: {
      roster: await loaded(() => readRoster(config.roster)),
      plan: await loaded(() => readPlan(config.plan)),
      task: await loaded(() => readTask(config.task)),
    },
  };
}

async function clockFinding({probes, config, startedMs, startedWallMs}: Ground): Promise<Finding> {
  const newestFileMs = await probes.newestFileMs(config.state);
  const isSynchronised = await probes.isSynchronised();
  const wallMs = probes.wallMs();
  const steppedMs = wallMs - startedWallMs - (probes.nowMs() - startedMs);
  return checkClock({wallMs, newestFileMs, steppedMs, isSynchronised});
}

function networkChecks(
  {config, papers, key, state, probes}: Ground,
  probe: PeerProbe,
): Record<"D15" | "D16" | "D17" | "D18", () => Promise<readonly Finding[]>> {
  const own = "error" in key ? null : (key.value?.peerId ?? null);
  const ask = (address: string): ReturnType<PeerProbe["ask"]> => probe.ask(address, ASK_LIMIT_MS);
  const isOwnNode = async (address: string): Promise<boolean> => {
    const found = await ask(address);
    return found.kind === "peer" && found.peer === own;
  };
  const isOwnStatus = async (): Promise<"yes" | "perhaps" | "no"> => {
    const found = await probes.daemonAt(config.status);
    if (found !== null) return found === own ? "yes" : "no";
    return "value" in state && state.value.isLocked ? "perhaps" : "no";
  };
  return {
    D15: () => Promise.all(config.listen.map((address) => checkListen(address, probes.listen, isOwnNode))),
    D16: async () => [
      await checkStatusPort({...config.status, block: "status"}, probes.listen, isOwnStatus),
      await checkStatusPort({...config.status.probes, block: "status.probes"}, probes.listen, isOwnStatus),
    ],
    D17: async () => {
      const secrets = await loaded(() => readStatusSecrets(config.status));
      const facts = {wallMs: probes.wallMs(), ownTokenFile: statusTokenFile(config.state)};
      return [checkStatusGuard(config.status, secrets, facts)];
    },
    D18: () => checkPeers(papers.roster, config, ask),
  };
}

/** All checks, in the order of their numbers. */
function checksOf(
  ground: Ground,
  probe: PeerProbe,
): Record<keyof typeof CHECKS, () => Promise<readonly Finding[]>> {
  const {config, papers, state, key, probes, variables, version} = ground;
  const {site} = config;
  return {
    D01: async () => [checkNode(probes.nodeVersion)],
    D02: async () => [pass(version)],
    D03: async () => [await clockFinding(ground)],
    D04: async () => [
      await checkStateDirectory(config.state, state, await probes.pathFacts(config.state, config.state)),
    ],
    D05: async () => {
      const {isOwn} = await probes.pathFacts(join(config.state, "node.key"), config.state);
      return [checkNodeKey(key, isOwn)];
    },
    D06: async () => [checkLock(state)],
    D07: async () => [checkRoster(papers.roster)],
    D08: async () => [checkEntry(papers.roster, key, {site, wallMs: probes.wallMs()})],
    D09: async () => [checkApprovedPlan(papers, config.approvedPlan)],
    D10: async () => [checkTask(papers)],
    D11: async () => [await checkData(papers, site, (task) => examineData(task, site, variables))],
    D12: async () => [checkDisk(papers, await probes.freeBytes(config.state))],
    D13: async () => [checkMemory(papers, probes.memory())],
    D14: async () => [await checkBackend(() => openBackend(config.backend))],
    ...networkChecks(ground, probe),
    D19: async () => [checkWorkTree(config.state, await probes.workTree(config.state))],
  };
}

/** Goes through all checks; reports each finding as soon as it is there. */
export async function examine(
  examined: Examined,
  tell: (finding: NumberedFinding) => void,
): Promise<readonly NumberedFinding[]> {
  const ground = await prepare(examined);
  const probe = await examined.probes.openPeerProbe();
  const all: NumberedFinding[] = [];
  try {
    for (const [id, check] of Object.entries(checksOf(ground, probe)) as [
      keyof typeof CHECKS,
      () => Promise<readonly Finding[]>,
    ][]) {
      for (const finding of await check()) {
        const numbered = {id, what: CHECKS[id], ...finding};
        all.push(numbered);
        tell(numbered);
      }
    }
  } finally {
    await probe.close();
  }
  return all;
}
