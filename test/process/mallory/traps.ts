import {readdir, readFile} from "node:fs/promises";
import {createServer, type Server} from "node:net";
import {networkInterfaces} from "node:os";
import {join} from "node:path";

/** A service that no member should reach by another's word; it counts who calls. */
export interface Trap {
  readonly port: number;
  readonly address: string;
  calls(): number;
  close(): void;
}

/** A {@link Trap} on an address of this machine. */
export async function openTrap(host: string): Promise<Trap> {
  let calls = 0;
  const server: Server = createServer((socket) => {
    calls += 1;
    socket.on("error", () => {});
    socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, resolve);
  });
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("a trap has no port");
  const {port} = bound;
  return {port, address: `/ip4/${host}/tcp/${port}`, calls: () => calls, close: () => void server.close()};
}

/** An address of this machine in a network that hospitals may use among themselves, if it has any. */
export function ordinaryHost(): string | undefined {
  return Object.values(networkInterfaces())
    .flatMap((found = []) => found)
    .find(({family, internal}) => family === "IPv4" && !internal)?.address;
}

/** Those of `texts` that a file below a folder holds. */
export async function foundBelow(folder: string, texts: readonly string[]): Promise<string[]> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true});
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = await Promise.all(files.map((file) => readFile(file)));
  return texts.filter((text) => contents.some((bytes) => bytes.includes(text)));
}
