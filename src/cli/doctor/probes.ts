import {execFile} from "node:child_process";
import {access, constants, readdir, stat, statfs} from "node:fs/promises";
import {createServer} from "node:net";
import {totalmem} from "node:os";
import {dirname, join} from "node:path";
import {type NodeConfig, readStatusSecrets} from "../../config/index.ts";
import {systemClock} from "../../core/index.ts";
import type {PeerProbe} from "../../network/index.ts";
import {statusResponseSchema} from "../../status/index.ts";
import {askDaemon} from "../daemon/ask-daemon.ts";
import {statusTarget} from "../daemon/status-client.ts";
import type {MemoryFacts} from "./check-room.ts";
import type {PathFacts} from "./check-state.ts";
import type {WorkTree} from "./check-work-tree.ts";

/** systemd-timesyncd's sign that the clock was set by a server since the machine started. */
const SYNCHRONISED = "/run/systemd/timesync/synchronized";
const TIMESYNC = "/run/systemd/timesync";
const ROOT = 0;
const UNLIMITED_BYTES = 2 ** 53;

/** The doctor's view of the machine; tests have their own. */
export interface Probes {
  /** Such as `22.4.1`. */
  readonly nodeVersion: string;
  nowMs(): number;
  wallMs(): number;
  isSynchronised(): Promise<boolean | null>;
  /** Time of the last change of the newest file directly in the folder, or null. */
  newestFileMs(folder: string): Promise<number | null>;
  pathFacts(path: string, stateDirectory: string): Promise<PathFacts>;
  /** The git work tree that holds the path, or null. */
  workTree(path: string): Promise<WorkTree | null>;
  /** Bytes that this user may still write at the path, or where it would be made; null if unknown. */
  freeBytes(path: string): Promise<number | null>;
  memory(): MemoryFacts;
  listen(host: string, port: number): Promise<string | null>;
  openPeerProbe(): Promise<PeerProbe>;
  /** The peer id of the daemon that answers at the status address, or null. */
  daemonAt(status: NodeConfig["status"]): Promise<string | null>;
}

async function canAccess(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

async function newestFileMs(folder: string): Promise<number | null> {
  const names = await readdir(folder).catch(() => []);
  const times = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({mtimeMs}) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return times.length === 0 ? null : Math.max(...times);
}

async function ownerOf(path: string): Promise<number | null> {
  return stat(path).then(
    ({uid}) => uid,
    () => null,
  );
}

async function pathFacts(path: string, stateDirectory: string): Promise<PathFacts> {
  const user = process.getuid?.();
  const daemon = user === ROOT ? await ownerOf(stateDirectory) : user;
  const owner = await ownerOf(path);
  return {
    isOwn: owner === null || daemon === undefined ? null : owner === daemon,
    refusal: await access(path, constants.W_OK).then(
      () => null,
      (error: NodeJS.ErrnoException) => error.code ?? "unknown reason",
    ),
  };
}

/** Tells whether git ignores the path; null if there is no git, or it does not say. */
function isIgnored(path: string): Promise<boolean | null> {
  return new Promise((resolve) => {
    execFile("git", ["-C", dirname(path), "check-ignore", "--quiet", path], (error) => {
      if (error === null) resolve(true);
      else resolve(error.code === 1 ? false : null);
    });
  });
}

async function workTree(path: string): Promise<WorkTree | null> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (await canAccess(join(folder, ".git"), constants.F_OK))
      return {root: folder, isIgnored: await isIgnored(path)};
    if (dirname(folder) === folder) return null;
  }
}

async function freeBytes(path: string): Promise<number | null> {
  try {
    const {bavail, bsize} = await statfs(path);
    return bavail * bsize;
  } catch {
    const parent = dirname(path);
    return parent === path ? null : freeBytes(parent);
  }
}

function memory(): MemoryFacts {
  const constrained = process.constrainedMemory();
  const isLimited = constrained > 0 && constrained < UNLIMITED_BYTES;
  return {
    limitBytes: Math.min(totalmem(), isLimited ? constrained : totalmem()),
    availableBytes: process.availableMemory(),
  };
}

function listen(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
    server.listen({host, port, exclusive: true}, () => server.close(() => resolve(null)));
  });
}

async function daemonAt(status: NodeConfig["status"]): Promise<string | null> {
  try {
    const target = statusTarget(status, await readStatusSecrets(status));
    if (target === null) return null;
    return (await askDaemon(target, "/v1/status", statusResponseSchema)).node.peerId;
  } catch {
    return null;
  }
}

/** The machine's own {@link Probes}. */
export const systemProbes: Probes = {
  nodeVersion: process.versions.node,
  nowMs: () => systemClock.nowMs(),
  wallMs: () => systemClock.wallMs(),
  async isSynchronised() {
    if (await canAccess(SYNCHRONISED, constants.F_OK)) return true;
    return (await canAccess(TIMESYNC, constants.F_OK)) ? false : null;
  },
  newestFileMs,
  pathFacts,
  workTree,
  freeBytes,
  memory,
  listen,
  async openPeerProbe() {
    // Only here: libp2p takes a second to load.
    const {createPeerProbe} = await import("../../network/index.ts");
    return createPeerProbe(systemClock);
  },
  daemonAt,
};
