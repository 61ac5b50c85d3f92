import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {createEventFeed, type StampedEvent} from "../../src/node/index.ts";

const START_MS = 1_700_000_000_000;
const HELD = 1000;

/** A feed that has emitted `count` losses, each the number of its event. */
function feedOf(count: number) {
  const feed = createEventFeed({wallMs: () => START_MS});
  for (let number = 1; number <= count; number++) feed.emit({type: "loss", round: 0, loss: number});
  return feed;
}

const numbersOf = (events: readonly StampedEvent[]): number[] =>
  events.map(({event}) => (event.type === "loss" ? event.loss : Number.NaN));

describe("a feed of events", () => {
  it("loses none to a listener that comes back and says what it has", () => {
    fc.assert(
      fc.property(fc.nat(2500), fc.nat(2500), fc.nat(50), (total, last, later) => {
        fc.pre(last <= total);
        const feed = feedOf(total);
        const came: StampedEvent[] = [];
        const {replay, missed} = feed.subscribe(`${START_MS}-${last}`, (event) => came.push(event));
        for (let n = 1; n <= later; n++) feed.emit({type: "loss", round: 0, loss: total + n});
        const has = last + (missed ?? 0);
        expect(numbersOf([...replay, ...came])).toEqual(
          Array.from({length: total + later - has}, (_, index) => has + index + 1),
        );
        expect(missed).toBe(Math.max(0, total - HELD - last));
      }),
      {numRuns: 50},
    );
  });

  it("gives ids that grow, and the time of each", () => {
    const events = feedOf(3).subscribe("0", () => {}).replay;
    expect(events.map(({id}) => id)).toEqual([1, 2, 3].map((number) => `${START_MS}-${number}`));
    expect(events.every(({wallMs}) => wallMs === START_MS)).toBe(true);
  });

  it("gives all that it holds for an id of another life, or one that it has not given", () => {
    for (const after of ["0", `${START_MS - 1}-2`, `${START_MS}-4`, "nonsense"]) {
      const {replay, missed} = feedOf(3).subscribe(after, () => {});
      expect([numbersOf(replay), missed], after).toEqual([[1, 2, 3], null]);
    }
  });

  it("gives nothing of the past to a new listener, and nothing more to one that has gone", () => {
    const feed = feedOf(3);
    const came: StampedEvent[] = [];
    const {replay, missed, cancel} = feed.subscribe(null, (event) => came.push(event));
    feed.emit({type: "loss", round: 0, loss: 4});
    cancel();
    feed.emit({type: "loss", round: 0, loss: 5});
    expect([replay, missed, numbersOf(came)]).toEqual([[], 0, [4]]);
  });
});
