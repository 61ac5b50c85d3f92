import type {Experiment} from "../../config/index.ts";
import {createRandom, type Random} from "../../core/index.ts";
import type {World} from "../world/world.ts";

/** The target of misfortunes. */
export interface Struck {
  readonly world: World;
  readonly seed: number;
  /** Member ids by site. */
  readonly ids: ReadonlyMap<string, string>;
  /** Ends a member's process. */
  down(id: string): void;
  /** Starts a member's process again from its disk. */
  up(id: string): void;
}

type Faults = Experiment["faults"];
type Churn = Exclude<Experiment["churn"], "none">;

const MS_OF_A_SECOND = 1000;

/** Draws a time with a constant hazard and that mean. */
function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random.uniform());
}

function strikeCrash(struck: Struck, fault: Extract<Faults[number], {type: "crash"}>): void {
  const id = struck.ids.get(fault.site);
  if (id === undefined) return;
  const {atSeconds, backAfterSeconds} = fault;
  struck.world.after(MS_OF_A_SECOND * atSeconds, () => {
    struck.down(id);
    if (backAfterSeconds !== "never") {
      struck.world.after(MS_OF_A_SECOND * backAfterSeconds, () => struck.up(id));
    }
  });
}

function strikePartition({world, ids}: Struck, fault: Extract<Faults[number], {type: "partition"}>): void {
  const groups = fault.groups.map((names) => names.flatMap((name) => ids.get(name) ?? []));
  world.after(MS_OF_A_SECOND * fault.atSeconds, () => {
    const heal = world.partition(groups);
    world.after(MS_OF_A_SECOND * (fault.untilSeconds - fault.atSeconds), heal);
  });
}

/**
 * Takes a node up and down in turn. Both times are exponential, and it is up for the given share of the time.
 */
function churn(struck: Struck, {onlineProb, meanOfflineSeconds}: Churn, site: string, id: string): void {
  if (onlineProb >= 1) return;
  const random = createRandom({seed: struck.seed, site, round: 0, purpose: "churn"});
  const awayMs = MS_OF_A_SECOND * meanOfflineSeconds;
  const upMs = (awayMs * onlineProb) / (1 - onlineProb);
  const leave = (): void => {
    struck.world.after(exponential(random, upMs), () => {
      struck.down(id);
      struck.world.after(exponential(random, awayMs), () => {
        struck.up(id);
        leave();
      });
    });
  };
  leave();
}

/** Plans an experiment's churn and faults on virtual time. Sites that the experiment lacks are left out. */
export function planMisfortunes(struck: Struck, experiment: Pick<Experiment, "churn" | "faults">): void {
  for (const fault of experiment.faults) {
    if (fault.type === "crash") strikeCrash(struck, fault);
    else strikePartition(struck, fault);
  }
  const {churn: block} = experiment;
  if (block === "none") return;
  for (const [site, id] of struck.ids) churn(struck, block, site, id);
}
