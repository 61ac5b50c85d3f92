import {describe, expect, it} from "vitest";
import {present, sha256} from "../../../src/core/index.ts";
import {productsBytes} from "../../../src/rounds/certificate.ts";
import {
  type Arithmetic,
  type Frame,
  leaderOrder,
  type MemberId,
  parameterArithmetic,
  type SessionSetup,
} from "../../../src/rounds/index.ts";
import {PLAIN_LINK} from "../../../src/simulation/index.ts";
import {createConsortium, memberName, RUN} from "../consortium.ts";
import {createRecorder, expectSameAgain} from "../trace-recorder.ts";
import {runThrough} from "../troubles.ts";
import {toldBy} from "./arena.ts";
import {bending, openLiar, type Script, say} from "./liar.ts";
import {allProofs, expectLawful, LIAR, lyingRun, named, ROUNDS, SIZES} from "./sum-lies.ts";

type FrameOf<Type extends Frame["type"]> = Extract<Frame, {type: Type}>;

const MEMBERS = [0, 1, 2, 3].map(memberName);
/** Who leads the first attempt of the run. */
const LEADER = "member-d";

/** The first round after the run's first, for which all are waited for, that a member leads. */
function firstRoundLedBy(member: MemberId): number {
  const rounds = Array.from({length: ROUNDS - 1}, (_, index) => index + 1);
  const led = rounds.find((round) => leaderOrder(sha256, RUN, round, MEMBERS).leaderOf(0) === member);
  return present(led, "a round that it leads");
}

/** Sums the first part twice, the first time that it can; never again, and it does not find itself. */
function falseSumOnce(canLie = (_parts: readonly Uint8Array[]) => true): Partial<Arithmetic> {
  let hasLied = false;
  return {
    isSumOf: () => true,
    sumChunk: (hash, sum, parts) => {
      const [first = new Uint8Array()] = parts;
      const isLie = !hasLied && canLie(parts);
      hasLied ||= isLie;
      return parameterArithmetic.sumChunk(hash, sum, isLie ? [first, ...parts.slice(0, -1)] : parts);
    },
  };
}

/** What the liar signs instead of its products. */
function falseProducts({primitives}: SessionSetup, frame: FrameOf<"products">): FrameOf<"products"> {
  const values = new Float64Array(frame.products.slice().buffer).map((product) => product + 1);
  const products = new Uint8Array(values.buffer);
  return {...frame, products, signature: primitives.sign(productsBytes(frame, frame.seed, products))};
}

/** False products in the first attempt, to those members. */
function falseProductsTo(askers: readonly MemberId[]): Script {
  let attempt: string | null = null;
  return ({setup, effects}) =>
    bending(effects, "products", (frame, to) => {
      attempt ??= frame.group;
      return [askers.includes(to) && frame.group === attempt ? falseProducts(setup, frame) : frame];
    });
}

describe.each(SIZES)("a member that lies in one attempt, in a model of %i values,", (values) => {
  it("about a sum, is named with a proof by every honest member", () => {
    expect(allProofs(expectLawful(lyingRun(values, {arithmetic: falseSumOnce()})))).toEqual(named("sum"));
  });

  it("about a sum, is so too by those that have not come to it when it starts anew", () => {
    const far = ["member-a", "member-d"];
    let begun: FrameOf<"start"> | null = null;
    // A leader that is found has the others begin another attempt before they find it too.
    const startingAnew: Script = ({effects, event}) => {
      for (const effect of effects)
        if (effect.type === "send" && effect.frame.type === "start") begun = effect.frame;
      const isFound = event.type === "frame" && event.frame.type === "contradiction";
      if (!isFound || begun === null || event.from !== "member-c") return effects;
      const participants = begun.participants.filter(({member}) => member !== "member-c");
      return [...effects, ...say(far, {...begun, trial: begun.trial + 1, participants})];
    };
    const linkOf = (from: string, to: string) =>
      [from, to].some((member) => far.includes(member)) ? {...PLAIN_LINK, latencyMs: () => 60} : PLAIN_LINK;
    const lies = {arithmetic: falseSumOnce(), script: startingAnew};
    expect(allProofs(expectLawful({...lyingRun(values, lies), linkOf}))).toEqual(named("sum"));
  });

  it("about its products, is so too", () => {
    const script = falseProductsTo(["member-a", "member-c", "member-d"]);
    expect(allProofs(expectLawful(lyingRun(values, {script})))).toEqual(named("products"));
  });

  it("about its products to one member alone, is so too", () => {
    // The first leader, without which nobody decides.
    expect(allProofs(expectLawful(lyingRun(values, {script: falseProductsTo([LEADER])})))).toEqual(
      named("products"),
    );
  });

  it("and keeps its part back when it is found, is named by nobody but who has had that", () => {
    const lie = falseProductsTo([LEADER]);
    let own = "";
    const script: Script = (scene) => {
      for (const effect of scene.effects)
        if (effect.type === "publish-contribution") own = effect.contribution.hash;
      const {event} = scene;
      const isFound = event.type === "frame" && event.frame.type === "contradiction";
      return isFound ? [{type: "withdraw", hash: own}, ...lie(scene)] : lie(scene);
    };
    // It hears of it before the others do.
    const linkOf = (from: string, to: string) =>
      from === LEADER && to === LIAR ? {...PLAIN_LINK, latencyMs: () => 0.5} : PLAIN_LINK;
    const arena = expectLawful({...lyingRun(values, {script}), linkOf});
    expect(allProofs(arena)).toEqual({...named(), [LEADER]: ["products"]});
  });

  it("about a sum, is named by who was late for the attempt too", () => {
    const absent = "member-a";
    const led = firstRoundLedBy(LIAR);
    const trainingMs = (member: string, round: number): number =>
      member === absent && round === led ? 3000 : 50;
    const arithmetic = falseSumOnce((parts) => parts.length === 3);
    const arena = expectLawful({...lyingRun(values, {arithmetic}), trainingMs});
    const [left] = toldBy(arena, absent).filter(({kind}) => kind === "left-out" || kind === "equivocation");
    expect(left).toMatchObject({kind: "left-out", round: led});
    expect(allProofs(arena)).toEqual(named("sum"));
  });
});

describe("a recorded session of a member that disputes a word", () => {
  it.each(SIZES)("replays to the same effects, in a model of %i values", (values) => {
    const {traces, openSession} = createRecorder();
    const script = falseProductsTo([LEADER]);
    const {world, members} = createConsortium({
      seed: 1,
      weights: [1, 2, 4, 8],
      rounds: 2,
      values,
      quorum: "two-thirds",
      openSession: (setup) => (setup.self === LIAR ? openLiar(setup, script) : openSession(setup)),
    });
    runThrough(world, members, {history: []});
    const named = world.reports.filter(({report}) => report.kind === "equivocation");
    expect(named.map(({member}) => member).toSorted()).toEqual(["member-a", "member-c", "member-d"]);
    const steps = traces.map(expectSameAgain);
    expect(steps.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(150);
  });
});
