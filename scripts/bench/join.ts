import {type Figure, leastOf, RUNS} from "./figure.ts";
import {type Daemon, startDaemon, withConsortium} from "./small-consortium.ts";

const POLL_MS = 50;
const TIMEOUT_MS = 60_000;

const sleep = (timeMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, timeMs));

/** When the last link of a daemon came up, by the wall clock, or undefined while one is down. */
async function linkedAtMs(daemon: Daemon): Promise<number | undefined> {
  const status = await daemon.status();
  const isLinked = status?.peers.every(({link}) => link.status === "up") ?? false;
  return isLinked ? Math.max(...(status?.peers ?? []).map(({link}) => link.sinceWallMs)) : undefined;
}

async function joinOnce(): Promise<number> {
  return await withConsortium(1000, async ({sites}) => {
    const startMs = Date.now();
    const daemons: Daemon[] = [];
    for (const site of sites) daemons.push(await startDaemon(site));
    try {
      for (;;) {
        const times = await Promise.all(daemons.map(linkedAtMs));
        if (times.every((time) => time !== undefined)) return (Math.max(...times) - startMs) / 1000;
        if (Date.now() - startMs > TIMEOUT_MS) throw new Error("the daemons did not link");
        await sleep(POLL_MS);
      }
    } finally {
      await Promise.all(daemons.map((daemon) => daemon.stop()));
    }
  });
}

/** Time from the start of the first of four daemons to the last link between them, all from one address. */
export async function measureJoin(): Promise<Figure> {
  const runs: number[] = [];
  for (let run = 0; run < RUNS; run++) runs.push(await joinOnce());
  return leastOf("join/4-daemons-s", "s", runs, null);
}
