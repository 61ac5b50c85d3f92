import {describe, expect, it} from "vitest";
import {createConsortium} from "./consortium.ts";

describe("an evaluator", () => {
  it("sends no update and no vote, and comes to hold the final result", () => {
    const {world, members, certified} = createConsortium({
      seed: 8,
      weights: [5, 7, 11],
      rounds: 4,
      observers: ["observer"],
      faultAt: (member, effect) => {
        const isAsking =
          effect.type !== "send" || effect.frame.type === "ask" || effect.frame.type === "certificate";
        expect(member !== "observer" || isAsking, `${member} sends ${effect.type}`).toBe(true);
        return "none";
      },
    });
    for (const member of [...members, "observer"]) world.start(member);
    world.run();
    const last = certified.get("observer")?.at(-1);
    expect(last?.certificate.body.round).toBe(3);
    expect(last?.snapshot.hash).toBe(certified.get(members[0] ?? "")?.at(-1)?.snapshot.hash);
    expect(last?.certificate.body.contributors).toEqual(members);
  });

  it("that is alone with its certificate tells a member that asks", () => {
    const {world, members, certified} = createConsortium({
      seed: 9,
      weights: [5, 7, 11],
      rounds: 3,
      observers: ["observer"],
    });
    for (const member of [...members.slice(0, 2), "observer"]) world.start(member);
    world.run();
    for (const member of members.slice(0, 2)) world.crash(member);
    world.start(members[2] ?? "");
    world.run(() => world.sessionOf(members[2] ?? "")?.view().isFinished === true);
    expect(certified.get(members[2] ?? "")?.at(-1)?.snapshot.hash).toBe(
      certified.get("observer")?.at(-1)?.snapshot.hash,
    );
  });

  it("turns to another when the member that gives it the final result stalls", () => {
    let giver: string | null = null;
    const {world, members, certified} = createConsortium({
      seed: 10,
      weights: [5, 7, 11],
      rounds: 3,
      observers: ["observer"],
      faultAt: (member, effect) => {
        const isLast = members.every((each) => world.sessionOf(each)?.view().isFinished === true);
        if (member === "observer" && effect.type === "fetch" && isLast && giver === null) {
          giver = effect.from;
          world.stall(giver);
        }
        return "none";
      },
    });
    for (const member of members) world.start(member);
    world.run(() => members.every((each) => world.sessionOf(each)?.view().isFinished === true));
    world.start("observer");
    world.run(() => world.sessionOf("observer")?.view().isFinished === true);
    expect(giver, "the one that was asked first").not.toBeNull();
    expect(certified.get("observer")?.at(-1)?.certificate.body.round).toBe(2);
  });
});
