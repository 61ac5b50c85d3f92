import fc from "fast-check";
import type {World} from "../../src/simulation/index.ts";

/** What goes wrong from one time on, for a while. */
export interface Trouble {
  readonly what: "crash" | "stall" | "cut" | "partition";
  readonly atMs: number;
  readonly forMs: number;
  /** The member, by its index modulo how many there are. */
  readonly who: number;
  /** How many members further on the other one is whose link is cut, or the other side of a partition begins. */
  readonly whom: number;
}

/** A {@link Trouble} of these kinds that begins by `latestMs` and is over within `longestMs`. */
export function arbitraryTrouble(
  latestMs: number,
  longestMs: number,
  kinds: readonly Trouble["what"][] = ["crash", "stall", "cut"],
): fc.Arbitrary<Trouble> {
  return fc.record({
    what: fc.constantFrom(...kinds),
    atMs: fc.integer({min: 0, max: latestMs}),
    forMs: fc.integer({min: 1, max: longestMs}),
    who: fc.nat({max: 5}),
    whom: fc.nat({max: 5}),
  });
}

function bringAbout(world: World, members: readonly string[], {what, atMs, forMs, who, whom}: Trouble): void {
  const n = members.length;
  const member = members[who % n] ?? "";
  const other = members[(who + 1 + (whom % (n - 1))) % n] ?? "";
  const side = 1 + (whom % (n - 1));
  const turned = [...members.slice(who % n), ...members.slice(0, who % n)];
  let undo = (): void => {};
  world.after(atMs, () => {
    if (what === "crash") {
      world.crash(member);
      undo = () => world.start(member);
    } else if (what === "stall") {
      world.stall(member);
      undo = () => world.resume(member);
    } else if (what === "cut") {
      world.cut(member, other);
      undo = () => world.heal(member, other);
    } else {
      undo = world.partition([turned.slice(0, side), turned.slice(side)]);
    }
  });
  world.after(atMs + forMs, () => undo());
}

/**
 * Starts everybody and runs until all have ended the run, with `history` behind them.
 * @throws SIMULATION_STALLED after `mostEvents`
 */
export function runThrough(
  world: World,
  members: readonly string[],
  {
    history,
    mostEvents,
    watch,
    isDone = () => members.every((member) => world.sessionOf(member)?.view().isFinished === true),
  }: {
    readonly history: readonly Trouble[];
    readonly mostEvents?: number;
    readonly watch?: () => void;
    /** Whether the run is over, asked after the history; the default is that all members have ended it. */
    readonly isDone?: () => boolean;
  },
): void {
  for (const trouble of history) bringAbout(world, members, trouble);
  const lastMs = Math.max(0, ...history.map(({atMs, forMs}) => atMs + forMs));
  // With everybody at rest, time must still come to the end of the history.
  world.after(lastMs + 1, () => {});
  for (const member of members) world.start(member);
  world.run(() => {
    watch?.();
    return world.nowMs > lastMs && isDone();
  }, mostEvents);
}
