import {describe, expect, it} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import type {RoundMixing} from "../../src/rounds/index.ts";
import {PLAIN_LINK, type World} from "../../src/simulation/index.ts";
import {casesOf, runs} from "../setup/thorough.ts";
import {createConsortium} from "./consortium.ts";

/** Deadlines as long as most plans have them: what goes wrong must not cost one each time. */
const LIMITS = {minimumMs: 2000, maximumMs: 60_000};
const ROUNDS = 10;
const MEMBERS = 12;
const TRIMMED_MEAN: RoundMixing = {
  kind: "robust",
  rule: {rule: "trimmed-mean", faulty: 3, adaptiveClipping: false, nearestNeighbours: false},
};

interface Weather {
  readonly seed: number;
  readonly mixing: RoundMixing;
  readonly loss: number;
  readonly failure: number;
  readonly isChurning?: boolean;
}

/** Members are up for 180 s and away for 20 s on average: 9 of 10 are present. */
function churn(world: World, members: readonly string[], seed: number): void {
  const random = createRandom({seed, site: "", round: 0, purpose: "churn"});
  const after = (meanMs: number, act: () => void): void =>
    world.after(-meanMs * Math.log(1 - random.uniform()), act);
  for (const member of members) {
    const leave = (): void =>
      after(180_000, () => {
        world.crash(member);
        after(20_000, () => {
          world.start(member);
          leave();
        });
      });
    leave();
  }
}

/** Virtual seconds until a majority has ended all rounds. */
function secondsOf({seed, mixing, loss, failure, isChurning = false}: Weather): number {
  const {world, members, certified} = createConsortium({
    seed,
    weights: Array(MEMBERS).fill(10),
    rounds: ROUNDS,
    mixing,
    weightShare: 0.5,
    limits: LIMITS,
    writesFrames: false,
    linkOf: () => ({...PLAIN_LINK, latencyMs: () => 20, loss, failure, reordering: 0}),
  });
  for (const member of members) world.start(member);
  if (isChurning) churn(world, members, seed);
  // Who jumped over rounds has fewer certificates than there were.
  const hasEnded = (member: string): boolean =>
    certified.get(member)?.at(-1)?.certificate.body.round === ROUNDS - 1;
  world.run(() => members.filter(hasEnded).length > MEMBERS / 2, 200_000);
  return world.nowMs / 1000;
}

const SEEDS = runs(2, 8);

describe("rounds of twelve members", () => {
  it.each([{mixing: {kind: "all"} as const}, {mixing: TRIMMED_MEAN}])(
    `(${SEEDS} runs) wait no deadline for transfers that fail one time in twenty, under $mixing.kind`,
    ({mixing}) => {
      for (let seed = 1; seed <= SEEDS; seed++)
        expect(secondsOf({seed, mixing, loss: 0, failure: 0.05}), `seed ${seed}`).toBeLessThan(10);
    },
  );

  it.each([{mixing: {kind: "all"} as const}, {mixing: TRIMMED_MEAN}])(
    `(${SEEDS} runs) end within a few deadlines each, with losses and a tenth of the members away, under $mixing.kind`,
    ({mixing}) => {
      const mostSeconds = (ROUNDS * LIMITS.maximumMs) / 1000 / 2;
      for (let seed = 1; seed <= SEEDS; seed++) {
        const weather = {seed, mixing, loss: 0.05, failure: 0.05, isChurning: true};
        expect(secondsOf(weather), `seed ${seed}`).toBeLessThan(mostSeconds);
      }
    },
  );
});

describe("a member whose link comes and goes", () => {
  /** Of three members the links of the first, or of the round's leader, are cut again and again. */
  function roundsUnderFlaps(flapping: number, everyMs: number): number {
    const {world, members, certified} = createConsortium({
      seed: 3,
      weights: [4, 3, 2],
      rounds: 1000,
      limits: {minimumMs: 2000, maximumMs: 60_000},
      trainingMs: () => 200,
    });
    const member = members[flapping] ?? "";
    const others = members.filter((other) => other !== member);
    for (const each of members) world.start(each);
    const flap = (): void => {
      for (const other of others) {
        world.cut(member, other);
        world.after(100, () => world.heal(member, other));
      }
      world.after(everyMs, flap);
    };
    world.after(1000, flap);
    world.run(() => world.nowMs > 60_000, 1_000_000);
    return Math.max(...others.map((other) => certified.get(other)?.length ?? 0));
  }

  it.each(casesOf([300, 1000], 2))("every %d ms keeps the others from no round", (everyMs) => {
    for (const flapping of [0, 1, 2]) {
      // A round that it leads waits for its turn to pass: at most 2 s, and the others' word of who is alive as long.
      expect(roundsUnderFlaps(flapping, everyMs), `member ${flapping}`).toBeGreaterThan(60 / 8);
    }
  });
});
