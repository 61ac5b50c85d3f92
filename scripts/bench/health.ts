import {type Figure, leastOf, RUNS} from "./figure.ts";
import {startDaemon, withConsortium} from "./small-consortium.ts";

const BAR_MS = 50;
/** More than are trained while the requests are made. */
const ROUNDS = 1000;
const REQUESTS = 400;
/** Below the server's limit. */
const PAUSE_MS = 25;

type Headers = Readonly<Record<string, string>>;

async function answerMs(url: string, headers: Headers): Promise<number> {
  const beganMs = performance.now();
  const response = await fetch(`${url}/healthz`, {headers});
  const text = await response.text();
  if (response.status !== 200) throw new Error(`a node that trains is not healthy: ${text}`);
  return performance.now() - beganMs;
}

async function untilHealthy(url: string, headers: Headers): Promise<void> {
  while ((await fetch(`${url}/healthz`, {headers})).status !== 200)
    await new Promise((done) => setTimeout(done, 200));
}

async function askOnce(): Promise<number> {
  return await withConsortium(ROUNDS, async ({sites, token}) => {
    const headers = {authorization: `Bearer ${token}`};
    const daemons = await Promise.all(sites.map(startDaemon));
    try {
      const urls = await Promise.all(daemons.map(({statusUrl}) => statusUrl));
      await Promise.all(urls.map((url) => untilHealthy(url, headers)));
      const taken: number[] = [];
      for (let asked = 0; asked < REQUESTS; asked++) {
        taken.push(await answerMs(urls[asked % urls.length] ?? "", headers));
        await new Promise((done) => setTimeout(done, PAUSE_MS));
      }
      return taken.toSorted((a, b) => a - b)[Math.floor(0.99 * REQUESTS)] ?? Number.NaN;
    } finally {
      await Promise.all(daemons.map((daemon) => daemon.stop()));
    }
  });
}

/** How long `/healthz` takes to answer while four daemons train: the 99th percentile. */
export async function measureHealth(): Promise<Figure> {
  const runs: number[] = [];
  for (let run = 0; run < RUNS; run++) runs.push(await askOnce());
  return leastOf("daemon/healthz-p99-ms", "ms", runs, BAR_MS);
}
