import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {createRandom, type Random} from "../../../src/core/index.ts";
import type {AsyncSpec, Effect} from "../../../src/gossip/index.ts";
import type {Fault} from "../../../src/simulation/index.ts";
import {createSegments, type SegmentOptions} from "./segment-consortium.ts";

const THOROUGH = process.env["CONSILIUM_THOROUGH"] === "1";
const TIMEOUT_MS = 900_000;
/** Nothing is weighed down: every unit enters as it is, so that the ledger knows the sums without the protocol. */
const PLAIN: Partial<AsyncSpec> = {maximumLead: Number.POSITIVE_INFINITY, units: 4, abandonMs: 1e9};

/** What a unit of member `index` adds: any fixed values, exact in binary32 after weighing. */
function updateOf(index: number, unit: number): Float32Array {
  return Float32Array.from([1 + index, unit % 5, (index - unit) / 4]);
}

interface Watched extends Omit<SegmentOptions, "work" | "weights"> {
  readonly n: number;
}

function weightsOf(n: number): number[] {
  return Array.from({length: n}, (_, index) => (3 + 11 * index) / 128);
}

/** A consortium whose ledger is checked after every event. */
function watch({n, ...options}: Watched) {
  const weights = weightsOf(n);
  const consortium = createSegments({
    ...options,
    weights,
    work: (member, unit) => updateOf(member, unit),
  });
  const {world, members, ledger} = consortium;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const fault = (label: string): void => {
    // The segment is over where a certificate is on a disk.
    if (members.some((member) => world.diskOf(member).some(({kind}) => kind === "certificate"))) return;
    const {units, total: mass} = ledger();
    const expected = new Float64Array(3);
    units.forEach((done, member) => {
      for (let unit = 0; unit < done; unit++) {
        updateOf(member, unit).forEach((value, index) => {
          expected[index] = (expected[index] ?? 0) + (weights[member] ?? 0) * value;
        });
      }
    });
    const scale = expected.reduce((sum, value) => sum + Math.abs(value), 1);
    const errors = [mass.weight - total, ...expected.map((value, index) => (mass.values[index] ?? 0) - value)];
    const worst = Math.max(...errors.map(Math.abs)) / scale;
    if (!(worst < 1e-12)) expect(worst, `${label}: masses at ${world.nowMs} ms, ${units.join()} units`).toBe(0);
  };
  return {...consortium, fault};
}

function lossy(random: Random, loss: number, doubling: number): () => number {
  return () => {
    const draw = random.uniform();
    if (draw < loss) return 0;
    return draw < loss + doubling ? 2 : 1;
  };
}

for (const exchange of ["swap", "push-sum"] as const) {
  describe(`the sums of masses under ${exchange}`, () => {
    it.each([0, 0.01, 0.1, 0.3])("stay the same at a loss of %f of the frames", (loss) => {
      const random = createRandom({seed: 4, site: "", round: 0, purpose: "loss"});
      const {world, members, fault} = watch({
        n: 5,
        seed: 3,
        unitMs: (member) => 150 + 40 * member,
        copies: lossy(random, loss, 0.1),
        spec: {...PLAIN, exchange, units: 30},
      });
      for (const member of members) world.start(member);
      world.run(() => {
        fault(`loss ${loss}`);
        return world.isFinished;
      }, 400_000);
    });

    it("stay the same when a member dies at any of its effects", {timeout: TIMEOUT_MS}, () => {
      const stride = THOROUGH ? 1 : 5;
      let points = 0;
      for (const fate of ["crash-before", "crash-after"] as const) {
        for (const victim of ["member-a", "member-c"]) {
          for (let point = 0, isHit = true; isHit; point += stride) {
            isHit = false;
            const faultAt = (member: string, _: Effect, count: number): Fault => {
              if (isHit || member !== victim || count < point) return "none";
              isHit = true;
              world.after(300, () => world.start(victim));
              return fate;
            };
            const {world, members, fault} = watch({
              n: 3,
              seed: point,
              unitMs: () => 300,
              faultAt,
              spec: {...PLAIN, exchange},
            });
            for (const member of members) world.start(member);
            world.run(() => {
              fault(`${victim} ${fate} at ${point}`);
              return members.every((member) => world.sessionOf(member)?.view().isFinished === true);
            }, 200_000);
            points += 1;
          }
        }
      }
      expect(points).toBeGreaterThan(40);
    });

    it("stay the same in any history of loss, repeats, crashes, stalls and cuts", {timeout: TIMEOUT_MS}, () => {
      const step = fc.record({
        atMs: fc.integer({min: 0, max: 4000}),
        forMs: fc.integer({min: 1, max: 3000}),
        what: fc.constantFrom("crash", "stall", "cut"),
        who: fc.nat(),
        whom: fc.nat(),
      });
      fc.assert(
        fc.property(
          fc.integer({min: 2, max: 5}),
          fc.integer({min: 0, max: 1 << 30}),
          fc.constantFrom(0, 0.1, 0.3),
          fc.array(step, {maxLength: 10}),
          (n, seed, loss, history) => {
            const random = createRandom({seed, site: "", round: 0, purpose: "loss"});
            const {world, members, fault} = watch({
              n,
              seed,
              unitMs: (member) => 200 + 100 * member,
              copies: lossy(random, loss, 0.1),
              spec: {...PLAIN, exchange},
            });
            for (const {atMs, forMs, what, who, whom} of history) {
              const member = members[who % n] ?? "";
              const other = members[(who + 1 + (whom % (n - 1))) % n] ?? "";
              world.after(atMs, () => {
                if (what === "crash") world.crash(member);
                else if (what === "stall") world.stall(member);
                else world.cut(member, other);
              });
              world.after(atMs + forMs, () => {
                if (what === "crash") world.start(member);
                else if (what === "stall") world.resume(member);
                else world.heal(member, other);
              });
            }
            for (const member of members) world.start(member);
            const lastMs = Math.max(0, ...history.map(({atMs, forMs}) => atMs + forMs));
            world.after(lastMs + 1, () => {});
            world.run(() => {
              fault("history");
              return (
                world.nowMs > lastMs &&
                members.every((member) => world.sessionOf(member)?.view().isFinished === true)
              );
            }, 200_000);
          },
        ),
        {numRuns: THOROUGH ? 2500 : 100},
      );
    });
  });
}
