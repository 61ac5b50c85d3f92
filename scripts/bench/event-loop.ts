import {launch} from "./child.ts";
import {type Figure, leastOf, RUNS} from "./figure.ts";
import {withConsortium} from "./small-consortium.ts";
import type {TrainingDaemon} from "./training-daemon.ts";

const ENTRY = new URL("./training-daemon.ts", import.meta.url);
/** Some seconds of training, and thus some hundred samples, on a quiet machine. */
const ROUNDS = 60;

async function trainOnce(): Promise<number> {
  return await withConsortium(ROUNDS, async ({sites}) => {
    const daemons = sites.map(() => launch<TrainingDaemon>(ENTRY));
    try {
      const delays = await Promise.all(
        daemons.map((daemon, index) => daemon.call("train", sites[index]?.configPath ?? "")),
      );
      return Math.max(...delays);
    } finally {
      await Promise.all(daemons.map((daemon) => daemon.stop()));
    }
  });
}

/** Delay of the event loop of daemons that train together: the 99th percentile, of the worst of the four. */
export async function measureEventLoop(): Promise<Figure> {
  const runs: number[] = [];
  for (let run = 0; run < RUNS; run++) runs.push(await trainOnce());
  return leastOf("daemon/event-loop-p99-ms", "ms", runs, null);
}
