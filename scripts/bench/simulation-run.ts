/*
 * A process of its own that runs one simulated network, so that its memory and its processor time are its own.
 */
import {builtRoom} from "./built.ts";
import {serve} from "./child.ts";
import {type MeasuredNetwork, openTrial} from "./simulation-trials.ts";

type Simulation = typeof import("../../src/simulation/index.ts");

const {runNetwork} = await builtRoom<Simulation>("simulation");

/** What a run took. */
export interface RunCost {
  readonly wallS: number;
  /** Of all its threads. */
  readonly processorS: number;
  /** The most memory that was resident. */
  readonly peakMib: number;
  readonly stateHash: string;
}

async function run(network: MeasuredNetwork): Promise<RunCost> {
  const trial = await openTrial(network);
  const before = process.cpuUsage();
  const beganMs = performance.now();
  const {stateHash} = await runNetwork(trial);
  const wallS = (performance.now() - beganMs) / 1000;
  const {user, system} = process.cpuUsage(before);
  await trial.pool.close();
  const peakMib = process.resourceUsage().maxRSS / 1024;
  return {wallS, processorS: (user + system) / 1e6, peakMib, stateHash};
}

const methods = {run};
/** What this process is asked for. */
export type SimulationRun = typeof methods;

serve(methods);
