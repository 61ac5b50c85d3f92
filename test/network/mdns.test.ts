import {execFile, spawnSync} from "node:child_process";
import {fileURLToPath} from "node:url";
import {promisify} from "node:util";
import {expect, it} from "vitest";
import {peersOf} from "./fixture.ts";

/** Brings up the loopback device: SIOCSIFFLAGS with IFF_UP and IFF_RUNNING. */
const LOOPBACK_UP = `import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh22x", b"lo", 0x41))`;
const IN_NAMESPACE = ["-rn", "bash", "-c", 'python3 -c "$0" && exec "$@"', LOOPBACK_UP] as const;
const PATIENCE_MS = 120_000;

const hasNamespaces = spawnSync("unshare", [...IN_NAMESPACE, "true"]).status === 0;
if (!hasNamespaces) {
  console.log("skipped: this machine gives no network namespace; multicast DNS is not tested");
}

it.skipIf(!hasNamespaces)("two members without any address find each other by multicast DNS", async () => {
  const [one, other] = await peersOf(2);
  const pair = fileURLToPath(new URL("./mdns-pair.ts", import.meta.url));
  const child = [...IN_NAMESPACE, process.execPath, "--import", "tsx", pair];
  const {stdout} = await promisify(execFile)("unshare", child, {timeout: PATIENCE_MS});
  expect(JSON.parse(stdout)).toEqual([[{kind: "up", peer: other}], [{kind: "up", peer: one}]]);
});
