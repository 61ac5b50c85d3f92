import {describe, expect, it} from "vitest";
import {createSession, restoreSession} from "../../src/gossip/index.ts";
import type {Certified, Effect, Event, Frame} from "../../src/rounds/index.ts";
import {createConsortium, RUN} from "./consortium.ts";

type EffectOf<Type extends Effect["type"]> = Extract<Effect, {readonly type: Type}>;

/** A member that was away for a run's first rounds, with what the others certified meanwhile. */
function latecomer() {
  const {world, members, certified, setupOf} = createConsortium({seed: 5, weights: [3, 4, 5], rounds: 8});
  for (const member of members.slice(0, 2)) world.start(member);
  world.run();
  const history = certified.get(members[0] ?? "") ?? [];
  const self = members[2] ?? "";
  const session = createSession({
    ...setupOf(self),
    restored: restoreSession([]),
  });
  const effects: Effect[] = [];
  const written: number[] = [];
  const handle = (event: Event): void => {
    for (const effect of session.handle(event, 0)) {
      effects.push(effect);
      if (effect.type === "persist" && effect.record.kind === "certificate")
        written.push(effect.record.certificate.body.round);
    }
  };
  const last = <Type extends Effect["type"]>(type: Type): EffectOf<Type> => {
    const found = effects.findLast((effect): effect is EffectOf<Type> => effect.type === type);
    if (found === undefined) throw new Error(`no effect ${type}`);
    return found;
  };
  const entry = (round: number): Certified => {
    const found = history[round];
    if (found === undefined) throw new Error(`round ${round} was not certified`);
    return found;
  };
  return {
    session,
    /** Rounds of the certificates that were to be written, in order. */
    written,
    linkUp: (index: number) => handle({type: "link-up", peer: members[index] ?? ""}),
    /** Hears of round `round`'s certificate from member `index`. */
    hear(round: number, index = 0) {
      const {certificate} = entry(round);
      const frame: Frame = {type: "certificate", run: RUN, round, certificate};
      handle({type: "frame", from: members[index] ?? "", frame});
    },
    /** The transfer of the result that was asked for last arrives. */
    fetched(round: number) {
      handle({type: "fetched", id: last("fetch").id, bytes: entry(round).snapshot.bytes});
    },
    fetchFailed: () => handle({type: "fetch-failed", id: last("fetch").id}),
    /** The id of the last write that was asked for. */
    write: () => last("persist").id,
    persisted: (id: number) => handle({type: "persisted", id}),
  };
}

describe("a member that catches up", () => {
  it("stands where its disk says, though it hears of a later round while it writes", () => {
    const {session, written, linkUp, hear, fetched, fetchFailed, write, persisted} = latecomer();
    linkUp(0);
    hear(3);
    fetched(3);
    hear(4);
    persisted(write());
    expect(session.view().round).toBe(4);
    hear(4);
    fetchFailed();
    hear(3);
    expect(written, "no certificate is written twice").toEqual([3]);
  });

  it("writes no certificate behind that of a later round", () => {
    const {session, written, linkUp, hear, fetched, write, persisted} = latecomer();
    linkUp(0);
    linkUp(1);
    hear(3);
    fetched(3);
    const later = write();
    hear(0);
    fetched(0);
    persisted(later);
    expect(written).toEqual([3]);
    expect(session.view().round).toBe(4);
  });

  it("goes on to the later round that it is writing when the round under way ends first", () => {
    const {session, written, linkUp, hear, fetched, write, persisted} = latecomer();
    linkUp(0);
    linkUp(1);
    hear(0);
    fetched(0);
    const first = write();
    hear(3);
    fetched(3);
    const later = write();
    persisted(first);
    expect(session.view().round).toBe(1);
    persisted(later);
    expect(session.view().round).toBe(4);
    expect(written).toEqual([0, 3]);
  });
});
