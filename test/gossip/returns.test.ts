import {describe, expect, it} from "vitest";
import {PLAIN_LINK} from "../../src/simulation/index.ts";
import {casesOf} from "../setup/thorough.ts";
import {createConsortium} from "./consortium.ts";

const QUICK_MS = 50;
const ROUNDS = 60;
const DIES_MS = 1500;
const AWAY_MS = 2000;
/** So many rounds at most go by without a member that has caught up. */
const MOST_MISSED = 3;
const VALUES = 1000;

/** How slowly the member that comes back works and fetches. */
interface Pace {
  readonly workMs: number;
  readonly bytesPerMs: number;
}

/** How many rounds a member that comes back misses, from the round that it stands in when it has caught up. */
function roundsMissed({workMs, bytesPerMs}: Pace): number {
  const late = "member-b";
  const {world, members, certified} = createConsortium({
    seed: 7,
    weights: [4, 3, 2, 1],
    rounds: ROUNDS,
    values: VALUES,
    limits: {minimumMs: 200, maximumMs: 20_000},
    trainingMs: (member) => (member === late && world.nowMs > DIES_MS ? workMs : QUICK_MS),
    linkOf: (_, to) => ({...PLAIN_LINK, bytesPerMs: to === late ? bytesPerMs : Number.POSITIVE_INFINITY}),
  });
  for (const member of members) world.start(member);
  world.after(DIES_MS, () => world.crash(late));
  world.after(DIES_MS + AWAY_MS, () => world.start(late));
  world.run(() => world.isFinished, 400_000);
  const rounds = (certified.get(late) ?? []).map(({certificate}) => certificate.body.round);
  const jump = rounds.find((round, index) => index > 0 && round > (rounds[index - 1] ?? 0) + 1);
  const others = certified.get("member-a") ?? [];
  const part = others.find(
    ({certificate: {body}}) => body.round > (jump ?? ROUNDS) && body.contributors.includes(late),
  );
  expect(jump, "rounds were missed").toBeDefined();
  expect(part, "it takes part again").toBeDefined();
  return (part?.certificate.body.round ?? ROUNDS) - ((jump ?? 0) + 1);
}

describe("a member that comes back among quick rounds", () => {
  it.each(casesOf([50, 100, 200, 400, 800, 1600], 3))("misses few when its work takes %i ms", (workMs) => {
    expect(roundsMissed({workMs, bytesPerMs: Number.POSITIVE_INFINITY})).toBeLessThanOrEqual(MOST_MISSED);
  });

  it.each(casesOf([20, 40, 80, 160], 2))(
    "misses few when results come to it at %i bytes a ms, later than votes",
    (bytesPerMs) => {
      expect(roundsMissed({workMs: 100, bytesPerMs})).toBeLessThanOrEqual(MOST_MISSED);
    },
  );
});
