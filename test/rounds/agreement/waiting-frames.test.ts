import {describe, expect, it} from "vitest";
import {keepAhead, keepEarly} from "../../../src/rounds/agreement/waiting-frames.ts";
import type {FrameOf} from "../../../src/rounds/index.ts";
import {RUN} from "../../gossip/consortium.ts";
import {A, B, bodyOf, C, openRound} from "./member.ts";

const again = (group: number): FrameOf<"again"> => ({
  run: RUN,
  round: 0,
  type: "again",
  group: group.toString(16).padStart(64, "0"),
});

const start = (ballot: number): FrameOf<"start"> => ({
  run: RUN,
  round: 0,
  type: "start",
  ballot,
  trial: 0,
  participants: [],
});

const propose = (ballot: number): FrameOf<"propose"> => ({
  run: RUN,
  round: 0,
  type: "propose",
  ballot,
  body: bodyOf(1),
  proof: null,
  signature: new Uint8Array(),
});

describe("frames of an attempt that has not begun here", () => {
  it("are kept up to a share for each member, whose own oldest goes first", () => {
    const {context, state} = openRound(A);
    keepEarly(context, C, again(7));
    // 4096 among four members.
    for (let group = 0; group < 1024; group++) keepEarly(context, B, again(group));
    expect(state.early).toHaveLength(1025);
    keepEarly(context, B, again(1024));
    expect(state.early).toHaveLength(1025);
    expect(state.early[0]).toEqual({from: C, frame: again(7)});
    expect(state.early[1]).toEqual({from: B, frame: again(1)});
    expect(state.early.at(-1)).toEqual({from: B, frame: again(1024)});
  });
});

describe("words of the leader of a later ballot", () => {
  it("are kept as far ahead as every member leads once", () => {
    const {context, state} = openRound(A);
    state.ballot = 3;
    keepAhead(context, B, start(8));
    expect(state.ahead).toEqual([]);
    keepAhead(context, B, start(7));
    expect(state.ahead).toEqual([{from: B, frame: start(7)}]);
  });

  it("take the place of that leader's last word of their kind, and of no other", () => {
    const {context, state} = openRound(A);
    for (const frame of [start(1), propose(1)]) keepAhead(context, B, frame);
    keepAhead(context, C, start(2));
    keepAhead(context, B, start(3));
    expect(state.ahead).toEqual([
      {from: B, frame: propose(1)},
      {from: C, frame: start(2)},
      {from: B, frame: start(3)},
    ]);
  });
});
