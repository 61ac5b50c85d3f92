import {describe, expect, it} from "vitest";
import {present, sha256, toHex} from "../../../src/core/index.ts";
import {codecOf, partition} from "../../../src/parameters/index.ts";
import {partsBytes} from "../../../src/rounds/certificate.ts";
import {
  type Arithmetic,
  type Contribution,
  type Effect,
  type Frame,
  type MemberId,
  parameterArithmetic,
  type SessionSetup,
} from "../../../src/rounds/index.ts";
import type {Arena} from "./arena.ts";
import {type Claims, claimsOf} from "./knowledge.ts";
import {bending, othersOf, type Scene, type Script, say} from "./liar.ts";
import {allProofs, bent, expectLawful, type Lies, lyingRun, named, ROUNDS, SIZES} from "./sum-lies.ts";

/** Says to all that what it has just been told is a lie of whoever said it. */
const accusing =
  (wordsOf: (frame: Frame) => readonly Claims[]): Script =>
  (scene) => {
    const {event, setup, effects, round} = scene;
    if (event.type !== "frame") return effects;
    const {from, frame} = event;
    const frames = wordsOf(frame).map(
      (claims): Frame => ({run: setup.run, round, type: "contradiction", member: from, claims}),
    );
    return [...effects, ...say(othersOf(setup), ...frames)];
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
    ["the sums of honest owners", "sum"],
    ["the products of honest contributors", "products"],
  ] as const)("and so %s, has them checked once a round at most, and nobody is named", (_, of) => {
    const script = accusing((frame) => claimsOf(frame).filter(({kind}) => kind === of));
    const {arena, sums, products} = workIn(values, {script});
    expect(allProofs(arena)).toEqual(named());
    const checks = sums - usual.sums + products - usual.products;
    expect(checks).toBeGreaterThan(0);
    expect(checks).toBeLessThanOrEqual(arena.honest.length * ROUNDS * (of === "sum" ? 1 : chunks));
  });

  it("or says what nobody signed, costs nobody anything", () => {
    const script = accusing((frame) => claimsOf(frame).map(forged));
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
    const words = claimsOf(event.frame).map(
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
    expect(allProofs(expectLawful(lyingRun(20_000, {script})))).toEqual(named());
  });

  it("nor where its maker signed these too", () => {
    const script = givingOthersThan("member-d", ["member-c"], (ownOf) =>
      otherListFor("member-c", "member-d", ownOf),
    );
    expect(allProofs(expectLawful(lyingRun(20_000, {script})))).toEqual(named("parts"));
  });
});
