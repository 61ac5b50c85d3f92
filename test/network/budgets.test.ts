import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {frameKind, OTHER_KIND} from "../../src/network/frame-kind.ts";
import {
  type Budgets,
  budgetsFor,
  createPeerBudget,
  FRAMES_PER_MEMBER,
  LEAST_ROUND_MS,
} from "../../src/network/guards/budgets.ts";
import {
  createExclusion,
  FIRST_EXCLUSION_MS,
  MAX_EXCLUSION_MS,
  QUIET_MS,
} from "../../src/network/guards/exclusion.ts";
import {createTokenBucket} from "../../src/network/guards/token-bucket.ts";
import {encodeFrame} from "../../src/rounds/index.ts";
import {PLAIN_LINK} from "../../src/simulation/index.ts";
import {createConsortium} from "../gossip/consortium.ts";
import {FRAMES} from "../gossip/frame-examples.ts";
import {runs} from "../setup/thorough.ts";

const rates = fc.record({
  perSecond: fc.integer({min: 1, max: 1000}),
  burst: fc.integer({min: 1, max: 5000}),
});
const askings = fc.array(
  fc.record({afterMs: fc.integer({min: 0, max: 3000}), amount: fc.integer({min: 1, max: 500})}),
  {maxLength: 200},
);

describe("a token bucket", () => {
  it("gives in no span more than its burst and what came back in the span", () => {
    fc.assert(
      fc.property(rates, askings, (rate, asks) => {
        const bucket = createTokenBucket(rate, 0);
        let nowMs = 0;
        const given: {readonly atMs: number; readonly amount: number}[] = [];
        for (const {afterMs, amount} of asks) {
          nowMs += afterMs;
          if (bucket.take(amount, nowMs)) given.push({atMs: nowMs, amount});
        }
        for (const [index, first] of given.entries()) {
          let sum = 0;
          for (const {atMs, amount} of given.slice(index)) {
            sum += amount;
            const most = rate.burst + (rate.perSecond * (atMs - first.atMs)) / 1000;
            expect(sum).toBeLessThanOrEqual(most + 1e-6);
          }
        }
      }),
    );
  });

  it("refuses nobody who keeps to the rate, and a refusal takes nothing", () => {
    fc.assert(
      fc.property(rates, askings, (rate, asks) => {
        const bucket = createTokenBucket(rate, 0);
        let nowMs = 0;
        for (const {amount} of asks) {
          const isPossible = amount <= rate.burst;
          expect(bucket.take(amount, nowMs)).toBe(isPossible);
          if (isPossible) nowMs += Math.ceil((1000 * amount) / rate.perSecond);
        }
      }),
    );
  });

  it("lends to who waits as long as it says, and keeps the rate", () => {
    fc.assert(
      fc.property(rates, askings, (rate, asks) => {
        const bucket = createTokenBucket(rate, 0);
        let nowMs = 0;
        let sum = 0;
        for (const {afterMs, amount} of asks) {
          nowMs += afterMs;
          nowMs += bucket.borrow(amount, nowMs);
          sum += amount;
          expect(sum).toBeLessThanOrEqual(rate.burst + (rate.perSecond * nowMs) / 1000 + 1e-6);
        }
      }),
    );
  });

  it("takes no harm from a clock that goes back", () => {
    const bucket = createTokenBucket({perSecond: 1, burst: 1}, 10_000);
    expect(bucket.take(1, 10_000)).toBe(true);
    expect(bucket.take(1, 0)).toBe(false);
    expect(bucket.take(1, 10_500)).toBe(false);
    expect(bucket.take(1, 11_000)).toBe(true);
  });
});

describe("a time out", () => {
  it("doubles from 2 s to 10 min, and begins anew after a quiet time", () => {
    const exclusion = createExclusion();
    let nowMs = 0;
    for (let offence = 0; offence < 20; offence++) {
      const timeMs = exclusion.offend(nowMs);
      expect(timeMs).toBe(Math.min(MAX_EXCLUSION_MS, FIRST_EXCLUSION_MS * 2 ** offence));
      expect(exclusion.isOut(nowMs + timeMs - 1)).toBe(true);
      nowMs += timeMs;
      expect(exclusion.isOut(nowMs)).toBe(false);
    }
    expect(exclusion.offend(nowMs + QUIET_MS - 1)).toBe(MAX_EXCLUSION_MS);
    expect(exclusion.offend(nowMs + QUIET_MS - 1 + MAX_EXCLUSION_MS + QUIET_MS)).toBe(FIRST_EXCLUSION_MS);
  });

  it("is not longer for what was under way when it began", () => {
    const exclusion = createExclusion();
    exclusion.offend(0);
    expect(exclusion.offend(500)).toBe(FIRST_EXCLUSION_MS - 500);
    expect(exclusion.offend(FIRST_EXCLUSION_MS)).toBe(2 * FIRST_EXCLUSION_MS);
  });
});

describe("the kind of a frame", () => {
  it("is its type, for every frame of the house", () => {
    for (const frame of Object.values(FRAMES)) expect(frameKind(encodeFrame(frame))).toBe(frame.type);
  });

  it("is found whatever the bytes are, and never by throwing", () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 300}), (bytes) => {
        expect(typeof frameKind(bytes)).toBe("string");
      }),
      {numRuns: 2000},
    );
    expect(frameKind(new Uint8Array(0))).toBe(OTHER_KIND);
  });

  it("is not what stands deeper inside", () => {
    // {"a": {"type": "vote"}, "type": "ask"}
    const hidden = Buffer.from("a26161a1647479706564766f746564747970656361736b", "hex");
    expect(frameKind(hidden)).toBe("ask");
    // {"a": "type", "b": "vote"}
    expect(frameKind(Buffer.from("a2616164747970656162" + "64766f7465", "hex"))).toBe(OTHER_KIND);
  });

  it("takes no long time over nested nonsense", () => {
    const nested = new Uint8Array(256 * 1024).fill(0x81);
    nested[0] = 0xa1;
    const startMs = performance.now();
    expect(frameKind(nested)).toBe(OTHER_KIND);
    expect(performance.now() - startMs).toBeLessThan(100);
  });
});

/** Values of a model of one chunk, and of one with a chunk for each of 24 members. */
const VALUES = [1000, 24 * 8 * 256] as const;

/** What one member sent another, on the world's clock. */
interface Sent {
  readonly atMs: number;
  readonly kind: string;
  readonly bytes: number;
}

/** All that members of a run of `rounds` rounds send each other, by sender and receiver, and how long a round took. */
function honestTraffic(n: number, rounds: number) {
  const members = Array.from({length: n}, (_, index) => `member-${String(index).padStart(2, "0")}`);
  const frames = new Map<string, Sent[]>();
  const fetches = new Map<string, Sent[]>();
  const note = (to: Map<string, Sent[]>, key: string, sent: Sent): void => {
    const before = to.get(key);
    if (before === undefined) to.set(key, [sent]);
    else before.push(sent);
  };
  const {world, certified} = createConsortium({
    seed: 1,
    weights: members.map(() => 32),
    members,
    rounds,
    values: VALUES[n === 24 ? 1 : 0],
    trainingMs: () => 1,
    linkOf: () => ({...PLAIN_LINK, latencyMs: () => 0.2, loss: 0, failure: 0, reordering: 0}),
    startMembers: n,
    faultAt(member, effect) {
      const atMs = world.nowMs;
      if (effect.type === "send") {
        const bytes = encodeFrame(effect.frame);
        note(frames, `${member} ${effect.to}`, {atMs, kind: frameKind(bytes), bytes: bytes.byteLength});
      } else if (effect.type === "fetch") {
        note(fetches, `${member} ${effect.from}`, {atMs, kind: "fetch", bytes: effect.length});
      }
      return "none";
    },
  });
  for (const member of members) world.start(member);
  world.run(undefined, 10_000_000);
  for (const member of members) expect(certified.get(member)).toHaveLength(rounds);
  return {frames, fetches, roundMs: world.nowMs / rounds};
}

describe("honest rounds", () => {
  it.each([
    [4, 100],
    [24, runs(3, 5)],
  ])("of %d members, %d of them at the highest pace, spend no budget", (n, rounds) => {
    const {frames, fetches, roundMs} = honestTraffic(n, rounds);
    const budgets: Budgets = budgetsFor({members: n, roundBytes: 4 * VALUES[n === 24 ? 1 : 0]});
    const perRound = Math.max(...[...frames.values()].map((sent) => sent.length / rounds));
    expect(perRound).toBeLessThan(FRAMES_PER_MEMBER * n);
    for (const sent of frames.values()) {
      const budget = createPeerBudget(budgets, 0);
      const refused = sent.filter(({kind, bytes, atMs}) => budget.frame(kind, bytes, atMs) !== null);
      expect(refused).toEqual([]);
    }
    for (const asked of fetches.values()) {
      const budget = createPeerBudget(budgets, 0);
      const refused = asked.filter(
        ({bytes, atMs}) =>
          [budget.request(atMs), budget.serve(bytes, atMs)].some((overspent) => overspent !== null) ||
          budget.ask(bytes, atMs) !== 0,
      );
      expect(refused).toEqual([]);
    }
    expect(roundMs).toBeLessThan(n === 4 ? LEAST_ROUND_MS : 2 * LEAST_ROUND_MS);
  });
});
