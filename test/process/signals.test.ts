import {connect} from "node:net";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import type {LedgerEntry} from "../../src/ledger/index.ts";
import {checkStoredLedger} from "../../src/node/index.ts";
import {inspectState} from "../../src/storage/index.ts";
import {type Running, startProgram} from "../cli/process.ts";
import {smallConsortium} from "../cli/small-consortium.ts";

/** Node's debugger listens here. */
const DEBUGGER_PORT = 9229;

/** Whether anything listens on the port of loopback. */
function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({host: "127.0.0.1", port});
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

interface Started {
  readonly daemon: Running;
  readonly statusUrl: string;
  readonly tokenFile: string;
  readonly state: string;
  /** Resolves when a round was certified, so that something has left. */
  released(): Promise<void>;
}

async function startFirst(): Promise<Started> {
  const {root, first, second, set} = await smallConsortium(200);
  const tokenFile = join(root, "status.token");
  const daemon = startProgram(["start", "--config", first.configPath]);
  const [, address = ""] = await daemon.line(/^listening +(\S+)$/);
  const [, statusUrl = ""] = await daemon.line(/^status +(\S+)/);
  return {
    daemon,
    statusUrl,
    tokenFile,
    state: first.state,
    async released() {
      await set(second, "bootstrap", [address]);
      startProgram(["start", "--config", second.configPath]);
      const logs = startProgram([
        "logs",
        "--follow",
        "--url",
        new URL(statusUrl).origin,
        "--token-file",
        tokenFile,
      ]);
      await logs.printed(/a round was certified/);
    },
  };
}

describe("a signal", () => {
  it("SIGHUP, as of a terminal that closes, ends a daemon as SIGTERM does: told, and all written down", async () => {
    const {daemon, state, released} = await startFirst();
    await released();
    daemon.child.kill("SIGHUP");
    await daemon.line(/closing reason=SIGHUP/);
    expect((await daemon.ended).status).toBe(0);
    const entries: LedgerEntry[] = [];
    const ledger = await (await inspectState(state)).readLedger();
    await checkStoredLedger(ledger, {onEntry: ({entry}) => void entries.push(entry)});
    expect(entries.filter(({kind}) => kind === "release")).not.toEqual([]);
  });

  it("SIGUSR1 opens no debugger, and the daemon goes on", async () => {
    expect(await isOpen(DEBUGGER_PORT), "another program listens there").toBe(false);
    const {daemon, statusUrl} = await startFirst();
    daemon.child.kill("SIGUSR1");
    expect((await fetch(new URL("/livez", statusUrl))).status).toBe(200);
    expect(await isOpen(DEBUGGER_PORT)).toBe(false);
    daemon.child.kill("SIGTERM");
    const {status, stderr} = await daemon.ended;
    expect(status).toBe(0);
    expect(stderr).not.toMatch(/[Dd]ebugger/);
  });

  it("a reader of the log that leaves is no reason to end with a fault", async () => {
    const {daemon, statusUrl, tokenFile} = await startFirst();
    const logs = startProgram([
      "logs",
      "--follow",
      "--url",
      new URL(statusUrl).origin,
      "--token-file",
      tokenFile,
    ]);
    await logs.printed(/./);
    logs.child.stdout?.destroy();
    daemon.child.kill("SIGTERM");
    await daemon.ended;
    logs.child.kill("SIGTERM");
    const {status, stderr} = await logs.ended;
    expect(status, stderr).toBe(0);
    expect(stderr).not.toMatch(/EPIPE/);
  });
});
