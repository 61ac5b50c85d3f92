import {describe, expect, it} from "vitest";
import {present, sha256, toHex} from "../../../src/core/index.ts";
import {partsBytes, productsBytes} from "../../../src/gossip/certificate.ts";
import type {
  Arithmetic,
  Contribution,
  Effect,
  Frame,
  MemberId,
  SessionSetup,
} from "../../../src/gossip/index.ts";
import {leaderOrder, parameterArithmetic} from "../../../src/gossip/index.ts";
import {codecOf, partition} from "../../../src/parameters/index.ts";
import {PLAIN_LINK} from "../../../src/simulation/index.ts";
import {memberName, RUN} from "../consortium.ts";
import {type Arena, toldBy} from "./arena.ts";
import {bending, othersOf, type Scene, type Script, say} from "./liar.ts";
import {bent, expectLawful, LIAR, type Lies, lyingRun, proofsOf, SIZES} from "./sum-lies.ts";

type FrameOf<Type extends Frame["type"]> = Extract<Frame, {type: Type}>;
type Claims = Extract<FrameOf<"contradiction">["claims"], {kind: "sum" | "products"}>;

const ROUNDS = 6;
const MEMBERS = [0, 1, 2, 3].map(memberName);
/** Who leads the first attempt of the run. */
const LEADER = "member-d";

const run = (values: number, lies: Lies): Arena => expectLawful(lyingRun(values, lies));

/** The first round after the run's first, for which all are waited for, that a member leads. */
function firstRoundLedBy(member: MemberId): number {
  const rounds = Array.from({length: ROUNDS - 1}, (_, index) => index + 1);
  const led = rounds.find((round) => leaderOrder(sha256, RUN, round, MEMBERS).leaderOf(0) === member);
  return present(led, "a round that it leads");
}

/** Each honest member's proofs, under its name. */
const allProofs = (arena: Arena) =>
  Object.fromEntries(arena.honest.map((member) => [member, proofsOf(arena, member)]));

const named = (...kinds: readonly string[]) => ({"member-a": kinds, "member-c": kinds, "member-d": kinds});

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
    expect(allProofs(run(values, {arithmetic: falseSumOnce()}))).toEqual(named("sum"));
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
    expect(allProofs(run(values, {script}))).toEqual(named("products"));
  });

  it("about its products to one member alone, is so too", () => {
    // The first leader, without which nobody decides.
    expect(allProofs(run(values, {script: falseProductsTo([LEADER])}))).toEqual(named("products"));
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

/** Says `wordsOf` the event to all, as if they were lies of whoever said them. */
const accusing =
  (claimsOf: (from: MemberId, frame: Frame, scene: Scene) => readonly Claims[]): Script =>
  (scene) => {
    const {event, setup, effects, round} = scene;
    if (event.type !== "frame") return effects;
    const {from, frame} = event;
    const frames = claimsOf(from, frame, scene).map(
      (claims): Frame => ({run: setup.run, round, type: "contradiction", member: from, claims}),
    );
    return [...effects, ...say(othersOf(setup), ...frames)];
  };

const sumClaims = (_: MemberId, frame: Frame): Claims[] => {
  if (frame.type !== "summed") return [];
  const {group, chunk, sum, parts, signature} = frame;
  return [{kind: "sum", group, chunk, sum, parts, signature}];
};

const productClaims = (_: MemberId, frame: Frame): Claims[] => {
  if (frame.type !== "products") return [];
  const {group, seed, products, signature} = frame;
  return [{kind: "products", group, seed, products, signature}];
};

/** What the same words would be if they were lies, under the same signatures. */
const forged = (claims: Claims): Claims =>
  claims.kind === "sum"
    ? {...claims, sum: claims.parts}
    : {...claims, products: claims.products.map((byte) => byte ^ 1)};

/** How often honest members sum a chunk, and take the products of another's part, in a run in which the liar does `lies`. */
function workIn(values: number, lies: Lies): {arena: Arena; sums: number; products: number} {
  const work = {sums: 0, products: 0};
  const counted: Partial<Arithmetic> = {
    sumChunk: (...given) => {
      work.sums += 1;
      return parameterArithmetic.sumChunk(...given);
    },
    areProducts: (...given) => {
      work.products += 1;
      return parameterArithmetic.areProducts(...given);
    },
  };
  const arena = expectLawful({...lyingRun(values, lies), plant: (setup) => bent(setup, counted)});
  // The usual run that the pace is held against is one of the two.
  return {arena, ...work};
}

describe.each(SIZES)("a member that calls right words lies, in a model of %i values,", (values) => {
  const usual = workIn(values, {});
  const chunks = values > 1000 ? 4 : 1;

  it.each([
    ["the sums of honest owners", sumClaims],
    ["the products of honest contributors", productClaims],
  ] as const)("and so %s, has them checked once a round at most, and nobody is named", (_, claimsOf) => {
    const {arena, sums, products} = workIn(values, {script: accusing(claimsOf)});
    expect(allProofs(arena)).toEqual(named());
    const checks = sums - usual.sums + products - usual.products;
    expect(checks).toBeGreaterThan(0);
    expect(checks).toBeLessThanOrEqual(arena.honest.length * ROUNDS * (claimsOf === sumClaims ? 1 : chunks));
  });

  it("or says what nobody signed, costs nobody anything", () => {
    const script = accusing((from, frame) =>
      [...sumClaims(from, frame), ...productClaims(from, frame)].map(forged),
    );
    const {arena, sums, products} = workIn(values, {script});
    expect(allProofs(arena)).toEqual(named());
    expect([sums, products]).toEqual([usual.sums, usual.products]);
  });
});

/** The chunks that four members cut a model of 20,000 values into. */
const CHUNKS = partition(codecOf("f32"), 20_000, 4);

/** The contribution, one part of which is other. */
function withOtherPart({hash, bytes}: Contribution, chunk: number): Contribution {
  const {offsetBytes} = present(CHUNKS[chunk], "a chunk");
  return {hash, bytes: Uint8Array.from(bytes).fill(7, offsetBytes, offsetBytes + 4)};
}

/** Which chunk `owner` sums in an attempt of all. */
function chunkOf(owner: MemberId, leader: MemberId, {members}: SessionSetup): number {
  return (members.indexOf(owner) - members.indexOf(leader) + members.length) % members.length;
}

/** Signs a list of parts, for `to` alone, of which that of the chunk of `owner` is other. */
function otherListFor(to: MemberId, owner: MemberId, ownOf: () => Contribution): Script {
  let leader = "";
  return ({setup, event, effects}) => {
    if (event.type === "frame" && event.frame.type === "start") leader = event.from;
    return bending(effects, "parts", (frame, hearer) => {
      if (hearer !== to) return [frame];
      const chunk = chunkOf(owner, leader, setup);
      const {offsetBytes, lengthBytes} = present(CHUNKS[chunk], "a chunk");
      const {bytes} = withOtherPart(ownOf(), chunk);
      const part = bytes.subarray(offsetBytes, offsetBytes + lengthBytes);
      const parts = frame.parts.with(chunk, toHex(sha256(part)));
      return [{...frame, parts, signature: setup.primitives.sign(partsBytes(frame, parts))}];
    });
  };
}

/** Accuses `owner` before some as soon as it has said its sum, and then gives another part of its chunk than it gave the owner. */
function givingOthersThan(
  owner: MemberId,
  to: readonly MemberId[],
  bendingParts: (ownOf: () => Contribution) => Script,
) {
  let own: Contribution | null = null;
  const bend = bendingParts(() => present(own, "the contribution"));
  return (scene: Scene): readonly Effect[] => {
    for (const effect of scene.effects) if (effect.type === "publish-contribution") own = effect.contribution;
    const {event, setup, round} = scene;
    const effects = bend(scene);
    if (event.type !== "frame" || event.frame.type !== "summed" || event.from !== owner) return effects;
    const contribution = withOtherPart(present(own, "the contribution"), event.frame.chunk);
    const words = sumClaims(owner, event.frame).map(
      (claims): Frame => ({run: setup.run, round, type: "contradiction", member: owner, claims}),
    );
    return [...effects, {type: "publish-contribution", contribution}, ...say(to, ...words)];
  };
}

describe("an honest owner is not named by those who get another part than it got,", () => {
  it("as its bytes are not those that its maker signed", () => {
    const script = givingOthersThan(
      "member-d",
      ["member-a", "member-c"],
      () =>
        ({effects}) =>
          effects,
    );
    expect(allProofs(run(20_000, {script}))).toEqual(named());
  });

  it("nor where its maker signed these too", () => {
    const script = givingOthersThan("member-d", ["member-c"], (ownOf) =>
      otherListFor("member-c", "member-d", ownOf),
    );
    expect(allProofs(run(20_000, {script}))).toEqual(named("parts"));
  });
});
