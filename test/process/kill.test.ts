import {randomInt} from "node:crypto";
import {afterEach, describe, expect, it} from "vitest";
import {createRandom, type Random} from "../../src/core/index.ts";
import type {Certificate} from "../../src/rounds/index.ts";
import {expectOneHistory} from "./certificates.ts";
import {type Consortium, createConsortium, type Site} from "./consortium.ts";
import {expectSameModel, passed, startAll} from "./progress.ts";
import {pause} from "./until.ts";

const IS_THOROUGH = process.env["CONSILIUM_THOROUGH"] === "1";
const KILLS = IS_THOROUGH ? 50 : 3;
/** About as many rounds pass until a killed daemon is back and the next one is killed. */
const ROUNDS_PER_KILL = IS_THOROUGH ? 20 : 15;
const TEST_LIMIT_MS = IS_THOROUGH ? 900_000 : 400_000;
const STEP_LIMIT_MS = 90_000;
const END_LIMIT_MS = 180_000;
/** A daemon is killed in one of so many coming rounds. */
const ROUNDS_AHEAD = 3;
/** One in so many killed daemons is killed again while it starts or catches up. */
const SECOND_KILL_IN = 4;
const START_TIME_MS = 3000;
/** Of a daemon's log in the message of a failure. */
const LAST_LINES = 200;
/** In so many rounds a daemon that is killed, perhaps twice, is back. */
const ROUNDS_TO_RETURN = 2 * ROUNDS_PER_KILL;

/** What a kill brought about, as the others' status told it. */
interface Kill {
  readonly site: Site;
  /** The latest round under way at anyone's when the daemon was dead. */
  readonly diedIn: number;
  /** The earliest round under way at the others' before it was started again. */
  readonly backBefore: number;
}

let consortium: Consortium;

afterEach(() => consortium.close());

/** Waits for a random moment within one of the coming rounds of `site`. */
async function untilRandomMoment(site: Site, random: Random): Promise<void> {
  const sites = [site];
  const [before] = await consortium.statuses(sites);
  const round = before?.round ?? 0;
  const beganMs = performance.now();
  const target = Math.min(round + random.below(ROUNDS_AHEAD), consortium.lastRound);
  const [after] = await passed(consortium, {sites, round: target, limitMs: STEP_LIMIT_MS});
  const roundMs = (performance.now() - beganMs) / Math.max(1, (after?.round ?? 0) - round);
  await pause(random.uniform() * roundMs);
}

/** Kills `site`; when the others have gone on, starts it again and waits until it is where they are. */
async function killAndRestart(site: Site, random: Random): Promise<Kill> {
  const others = consortium.sites.filter((other) => other !== site);
  await untilRandomMoment(site, random);
  await site.daemon?.end("SIGKILL");
  const diedIn = Math.max(...(await consortium.statuses(others)).map(({round}) => round));
  const round = Math.min(diedIn + 1, consortium.lastRound);
  const seen = await passed(consortium, {sites: others, round, limitMs: STEP_LIMIT_MS});
  const backBefore = Math.min(...seen.map((status) => status.round));
  if (random.below(SECOND_KILL_IN) === 0) {
    const daemon = await consortium.launch(site, seen[0]);
    await pause(random.uniform() * START_TIME_MS);
    await daemon.end("SIGKILL");
  }
  await consortium.start(site, seen[0]);
  const reached = Math.max(...(await consortium.statuses(others)).map((status) => status.round));
  await passed(consortium, {sites: [site], round: reached - 1, limitMs: STEP_LIMIT_MS});
  return {site, diedIn, backBefore};
}

/** The rounds certified while the daemon was dead name it absent; later ones have its part again. @returns how many it missed */
function expectAbsence(history: ReadonlyMap<number, Certificate>, kill: Kill, lastRound: number): number {
  const {site, diedIn, backBefore} = kill;
  const takesPart = (round: number): boolean =>
    history.get(round)?.body.contributors.includes(site.peerId) === true;
  for (let round = diedIn + 1; round < backBefore; round++)
    expect(takesPart(round), `${site.name} was dead in round ${round}`).toBe(false);
  const later = [...history.keys()].filter((round) => round >= backBefore);
  // Who comes back in the very last rounds has nothing left to take part in.
  const isTooLate = lastRound - backBefore < ROUNDS_TO_RETURN;
  const isBack = isTooLate || later.some(takesPart);
  const log = site.daemon?.lines.slice(-LAST_LINES).join("\n");
  expect(isBack, `${site.name}, killed in round ${diedIn}, takes part again; it says:\n${log}`).toBe(true);
  return Math.max(0, backBefore - diedIn - 1);
}

describe("four daemons of which one at a time is killed at random moments", () => {
  it(
    `lose nothing and apply nothing twice (${KILLS} times kill -9)`,
    async () => {
      const seed = Number(process.env["CONSILIUM_TEST_SEED"] ?? randomInt(2 ** 31));
      const random = createRandom({seed, site: "test", round: 0, purpose: "kill"});
      consortium = await createConsortium({
        sites: ["north", "south", "east", "west"],
        rounds: KILLS * ROUNDS_PER_KILL,
        // A round takes several times what a member that comes back needs to catch up; among quicker ones it can stay left out.
        localSteps: 200,
        deadline: {minimumSeconds: 0.2, maximumSeconds: 20},
      });
      const {sites} = consortium;
      await startAll(consortium, sites);
      const kills: Kill[] = [];
      while (kills.length < KILLS) {
        const site = sites[random.below(sites.length)];
        if (site !== undefined) kills.push(await killAndRestart(site, random));
      }
      await expectSameModel(consortium, sites, END_LIMIT_MS);
      for (const {name, daemon} of sites) {
        const ended = await daemon?.end("SIGTERM");
        expect(ended?.status, `exit status of ${name}`).toBe(0);
      }
      const history = await expectOneHistory(consortium);
      const missed = kills.map((kill) => expectAbsence(history, kill, consortium.lastRound));
      const rounds = kills.map(({site, diedIn}, index) => `${site.name} ${diedIn} (${missed[index]})`);
      console.log(`kill -9, seed ${seed}: site round (rounds missed): ${rounds.join(", ")}`);
    },
    TEST_LIMIT_MS,
  );
});
