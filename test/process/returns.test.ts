import {randomInt} from "node:crypto";
import {afterEach, describe, expect, it} from "vitest";
import {createRandom, type Random} from "../../src/core/index.ts";
import {runs} from "../setup/thorough.ts";
import {readCertificates} from "./certificates.ts";
import {type Consortium, createConsortium, type Site} from "./consortium.ts";
import {passed, startAll} from "./progress.ts";
import {pause} from "./until.ts";

const RETURNS = runs(4, 200);
const TEST_LIMIT_MS = runs(240_000, 7_200_000);
const STEP_LIMIT_MS = 60_000;
/** Local steps that make a round of four members take about a quarter of a second on two processors. */
const QUICK_STEPS = 40;
const MOST_AWAY_MS = 2000;
/** So many rounds at most go by without a member that is back and has caught up. */
const MOST_MISSED = 3;
/** Rounds that are watched after a return. */
const WATCHED = 12;

/** A member that came back. */
interface Return {
  readonly site: Site;
  /** The latest round under way at the others' before it was started again. */
  readonly startedIn: number;
  /** The latest round under way at anyone's when it was no longer watched. */
  readonly watchedUntil: number;
}

let consortium: Consortium;

afterEach(() => consortium.close());

async function roundOf(sites: readonly Site[]): Promise<number> {
  return Math.max(...(await consortium.statuses(sites)).map(({round}) => round));
}

/** Kills `site` and starts it again after a random while. */
async function leaveAndReturn(site: Site, random: Random): Promise<Return> {
  const others = consortium.sites.filter((other) => other !== site);
  await pause(random.uniform() * 1000);
  await site.daemon?.end("SIGKILL");
  await pause(random.uniform() * MOST_AWAY_MS);
  const [from] = await consortium.statuses(others);
  const startedIn = await roundOf(others);
  await consortium.start(site, from);
  const reached = await roundOf(others);
  await passed(consortium, {sites: [site], round: reached - 1, limitMs: STEP_LIMIT_MS});
  await passed(consortium, {sites: others, round: (await roundOf(others)) + WATCHED, limitMs: STEP_LIMIT_MS});
  return {site, startedIn, watchedUntil: await roundOf(others)};
}

/** How many rounds went by from when the member had caught up for good to its first contribution; Infinity without one. */
async function roundsMissed(
  {site, startedIn, watchedUntil}: Return,
  contributors: ReadonlyMap<number, readonly string[]>,
): Promise<number> {
  const own = (await readCertificates(consortium, site)).map(({body}) => body.round);
  const takesPart = (round: number): boolean => contributors.get(round)?.includes(site.peerId) === true;
  const first = [...contributors.keys()]
    .filter((round) => round >= startedIn && round < watchedUntil)
    .sort((a, b) => a - b)
    .find(takesPart);
  if (first === undefined) return Number.POSITIVE_INFINITY;
  const jumps = own.filter(
    (round, at) => round >= startedIn && round < first && (own[at - 1] ?? -1) < round - 1,
  );
  return first - ((jumps.at(-1) ?? first - 1) + 1);
}

describe("members that come back among rounds of a quarter of a second", () => {
  it(`contribute within ${MOST_MISSED} rounds of having caught up (${RETURNS} returns)`, {
    timeout: TEST_LIMIT_MS,
  }, async () => {
    const seed = Number(process.env["CONSILIUM_TEST_SEED"] ?? randomInt(2 ** 31));
    const random = createRandom({seed, site: "test", round: 0, purpose: "returns"});
    consortium = await createConsortium({
      sites: ["north", "south", "east", "west"],
      rounds: 90_000,
      localSteps: QUICK_STEPS,
      deadline: {minimumSeconds: 0.2, maximumSeconds: 20},
    });
    const {sites} = consortium;
    await startAll(consortium, sites);
    await passed(consortium, {sites, round: 8, limitMs: STEP_LIMIT_MS});
    const returns: Return[] = [];
    const [firstRound, firstMs] = [await roundOf(sites), performance.now()];
    while (returns.length < RETURNS) {
      const site = sites[random.below(sites.length)];
      if (site !== undefined) returns.push(await leaveAndReturn(site, random));
    }
    const roundMs = (performance.now() - firstMs) / ((await roundOf(sites)) - firstRound);
    for (const {daemon} of sites) await daemon?.end("SIGTERM");
    const contributors = new Map<number, readonly string[]>();
    for (const site of sites)
      for (const {body} of await readCertificates(consortium, site))
        contributors.set(body.round, body.contributors);
    const missed: number[] = [];
    for (const each of returns) missed.push(await roundsMissed(each, contributors));
    console.log(`returns, seed ${seed}, ${roundMs.toFixed(0)} ms a round: rounds missed ${missed.join(" ")}`);
    expect(Math.max(...missed)).toBeLessThanOrEqual(MOST_MISSED);
  });
});
