import {randomBytes} from "node:crypto";
import {open, readdir, rename, rm} from "node:fs/promises";
import {connect, createServer, type Server} from "node:net";
import {join} from "node:path";
import {type Closable, CodedError, toHex} from "../../core/index.ts";
import {systemCode} from "./file-faults.ts";

const CLAIM_PREFIX = "lock.";
const PENDING_PREFIX = "pending-lock.";
/** A socket's address holds 104 bytes on the narrowest system; the claim's own name takes the rest. */
const MAX_DIRECTORY_BYTES = 70;

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => {
      server.removeListener("error", reject);
      resolve();
    });
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => void server.close(() => resolve()));
}

/**
 * Tells whether a living process listens on the claim; only a refusal or an absent file proves the contrary.
 */
function isHeld(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error) => {
      resolve(systemCode(error) !== "ECONNREFUSED" && systemCode(error) !== "ENOENT");
    });
  });
}

/** Calls `action` with a path of the directory that is short enough for a socket's address. */
async function withShortPath<Result>(
  directory: string,
  action: (path: string) => Promise<Result>,
): Promise<Result> {
  if (new TextEncoder().encode(directory).length <= MAX_DIRECTORY_BYTES) return action(directory);
  const handle = await open(directory, "r");
  try {
    return await action(`/proc/self/fd/${handle.fd}`);
  } finally {
    await handle.close();
  }
}

async function isHeldByAnother(directory: string, own: string): Promise<boolean> {
  for (const name of await readdir(directory)) {
    if (!name.startsWith(CLAIM_PREFIX) || name === own) continue;
    if (await isHeld(join(directory, name))) return true;
    await rm(join(directory, name), {force: true});
  }
  return false;
}

/** Tells whether a living process has taken the existing `directory`; takes nothing itself. */
export function isLocked(directory: string): Promise<boolean> {
  return withShortPath(directory, async (path) => {
    for (const name of await readdir(path)) {
      if (name.startsWith(CLAIM_PREFIX) && (await isHeld(join(path, name)))) return true;
    }
    return false;
  });
}

/** Shows the claim `name`; returns whether it holds. */
async function claim(directory: string, server: Server, name: string): Promise<boolean> {
  const pending = join(directory, `${PENDING_PREFIX}${name}`);
  await listen(server, pending);
  // A claim gets its name only once it listens: a claim that refuses is dead and never comes back to life.
  await rename(pending, join(directory, name));
  // Every claimant shows its claim before it looks for others: at most one of two goes on.
  return !(await isHeldByAnother(directory, name));
}

/**
 * Takes `directory` (which exists, on a local file system) for this process until closed. The claim is a
 * listening Unix socket in it. The kernel ends it with the process, even after kill -9 or a loss of power,
 * and containers that share the directory see it. If two processes claim at the same instant, both may be
 * refused, but never both admitted.
 * @throws {CodedError} STORAGE_LOCKED
 */
export async function lockDirectory(directory: string): Promise<Closable> {
  const name = `${CLAIM_PREFIX}${toHex(randomBytes(6))}`;
  const server = createServer((socket) => socket.destroy());
  server.unref();
  const release = async (): Promise<void> => {
    await rm(join(directory, name), {force: true});
    await stop(server);
  };
  try {
    if (!(await withShortPath(directory, (path) => claim(path, server, name)))) {
      throw new CodedError("STORAGE_LOCKED", `another daemon runs on the state directory ${directory}`, {
        data: {path: directory},
        hint: "Stop that daemon first (its run goes on when it is started again); two nodes need a state directory each.",
      });
    }
  } catch (error) {
    await release();
    throw error;
  }
  return {close: release};
}
