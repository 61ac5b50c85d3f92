import {launch} from "./child.ts";
import {type Figure, leastOf, RUNS} from "./figure.ts";
import {withConsortium} from "./small-consortium.ts";
import type {TrainingDaemon} from "./training-daemon.ts";

const ENTRY = new URL("./training-daemon.ts", import.meta.url);
/** Some seconds of training, and thus some hundred samples, on a quiet machine. */
const ROUNDS = 60;
const MIL_ROUNDS = 16;
const MIL_RUNS = 3;
const MIL_BAR_MS = 20;

async function trainOnce(preset: string, rounds: number): Promise<number> {
  return await withConsortium(
    rounds,
    async ({sites}) => {
      const daemons = sites.map(() => launch<TrainingDaemon>(ENTRY));
      try {
        const delays = await Promise.all(
          daemons.map((daemon, index) => daemon.call("train", sites[index]?.configPath ?? "")),
        );
        return Math.max(...delays);
      } finally {
        await Promise.all(daemons.map((daemon) => daemon.stop()));
      }
    },
    preset,
  );
}

/** Delay of the event loop of daemons that train a table together: the 99th percentile, of the worst of the four. */
export async function measureEventLoop(): Promise<Figure> {
  const runs: number[] = [];
  for (let run = 0; run < RUNS; run++) runs.push(await trainOnce("synthetic-heart", ROUNDS));
  return leastOf("daemon/event-loop-p99-ms", "ms", runs, null);
}

/** The same of three daemons that train bags of tiles. */
export async function measureMilEventLoop(): Promise<Figure> {
  const runs: number[] = [];
  for (let run = 0; run < MIL_RUNS; run++) runs.push(await trainOnce("synthetic-crc", MIL_ROUNDS));
  return leastOf("daemon/event-loop-mil-p99-ms", "ms", runs, MIL_BAR_MS);
}
