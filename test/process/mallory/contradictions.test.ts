import {beforeAll, describe, expect, it} from "vitest";
import {isContradiction} from "../../../src/rounds/certificate.ts";
import {passed} from "../progress.ts";
import {votingTwice} from "./acts.ts";
import {type Evidence, readEvidence} from "./evidence.ts";
import {besiege, type Outcome, type Siege} from "./siege.ts";
import {expectHonestModel, expectNoSlander, expectPace, linesWith, show, windowOf} from "./verdicts.ts";

const ACT = "two votes";
/** In one alone its votes might come when the others have decided, and mean nothing any more. */
const ACT_ROUNDS = 5;
const STEP_LIMIT_MS = 60_000;
const CONTRADICTED = "a member lied, which its own signature proves";

/** The honest daemon that is started anew once it has the proof; it never sees mallory vote twice again. */
const RESTARTED = 1;

describe("a member of four that votes for two bodies in one ballot and step", () => {
  let outcome: Outcome;
  let siege: Siege;
  let evidence: readonly (readonly Evidence[])[];
  let linesBefore: readonly string[];
  let restartedIn: number;

  const restart = async ({consortium, honest, windows}: Siege): Promise<void> => {
    const [first, site] = [honest[0], honest[RESTARTED]];
    const window = windows.get(ACT);
    if (first === undefined || site === undefined || window === undefined) throw new Error("too few members");
    // Not before the round after: while it is away the honest ones are too few.
    await passed(consortium, {sites: honest, round: window.last + 1, limitMs: STEP_LIMIT_MS});
    linesBefore = [...(site.daemon?.lines ?? [])];
    await site.daemon?.end("SIGTERM");
    const [through] = await consortium.statuses([first]);
    restartedIn = (await consortium.start(site, through)).round;
  };

  beforeAll(async () => {
    outcome = await besiege({
      acts: [{name: ACT, rounds: ACT_ROUNDS, script: votingTwice}],
      rounds: 24,
      beside: restart,
      async after(ended) {
        siege = ended;
        evidence = await Promise.all(ended.honest.map((site) => readEvidence(ended.consortium, site)));
      },
    });
    if (process.env["MALLORY_SHOW"] === "1") show(outcome);
  }, 240_000);

  it("decides nothing by it", () => expectHonestModel(outcome, windowOf(outcome, ACT)));

  it("keeps no round up", () => {
    const others = outcome.survivors.filter((_, at) => at !== RESTARTED);
    expectPace({...outcome, survivors: others}, windowOf(outcome, ACT));
  });

  it("is named in the log of each", () => {
    for (const {site, lines} of outcome.survivors) {
      const all = site === siege.honest[RESTARTED] ? linesBefore : lines;
      const named = linesWith({lines: all}, CONTRADICTED).map(({member}) => member);
      expect(named, site.name).toEqual([outcome.liar.name]);
    }
  });

  it("is named in the status of each, also of one that was started anew", () => {
    for (const {site, status} of outcome.survivors) {
      expect(status.equivocators, site.name).toEqual([outcome.liar.name]);
    }
  });

  it("is proven in the journal of each by two votes that anyone can check, once", () => {
    const {primitives, run} = siege.mallory.setup;
    for (const proofs of evidence) {
      expect(proofs.map(({member}) => member)).toEqual([outcome.liar.peerId]);
      for (const {round, member, claims} of proofs) {
        expect(isContradiction(primitives, {run, round}, member, claims)).toBe(true);
      }
    }
  });

  it("has no part in any later round, also not after a restart", () => {
    const {last} = windowOf(outcome, ACT);
    expect(restartedIn).toBeLessThan(outcome.survivors[0]?.status.rounds ?? 0);
    for (const {site, contributors} of outcome.survivors) {
      const later = [...contributors].filter(([round]) => round > last);
      expect(later.length).toBeGreaterThan(5);
      for (const [round, names] of later) {
        expect(names, `round ${round} at ${site.name}`).not.toContain(outcome.liar.name);
      }
    }
  });

  it("leaves honest members unnamed", () => expectNoSlander(outcome));
});
