import {execFileSync} from "node:child_process";
import {type Figure, leastOf, RUNS} from "./figure.ts";
import {startDaemon, withConsortium} from "./small-consortium.ts";

const BAR_MIB = 150;
const SETTLING_MS = 10_000;

/** Resident memory of a process, in MiB. */
function residentMib(pid: number): number {
  return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], {encoding: "utf8"})) / 1024;
}

async function idleOnce(): Promise<number> {
  return await withConsortium(1000, async ({sites: [, site]}) => {
    if (site === undefined) throw new Error("the preset has one site only");
    const daemon = await startDaemon(site);
    try {
      await daemon.statusUrl;
      await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
      if (daemon.pid === undefined) throw new Error("the daemon has not been started");
      return residentMib(daemon.pid);
    } finally {
      await daemon.stop();
    }
  });
}

/** Resident memory of a daemon that has waited for its members for ten seconds. */
export async function measureIdleMemory(): Promise<Figure> {
  const runs = await Promise.all(Array.from({length: RUNS}, idleOnce));
  return leastOf("daemon/idle-rss-mib", "MiB", runs, BAR_MIB);
}
