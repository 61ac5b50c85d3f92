import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import type {Effect} from "../../src/rounds/index.ts";
import type {Fault} from "../../src/simulation/index.ts";
import {runs} from "../setup/thorough.ts";
import {type ConsortiumOptions, createConsortium, fedAvg, hashOf} from "./consortium.ts";
import {arbitraryTrouble, runThrough} from "./troubles.ts";

const WEIGHTS = [199, 172, 30, 85];
const ROUNDS = 3;
const TIMEOUT_MS = 900_000;
/** Every k-th fault point is tried; 1 tries them all, as continuous integration does. */
const STRIDE = runs(23, 1);
const HISTORIES = runs(30, 2000);

type Consortium = ReturnType<typeof createConsortium>;

/** One result a round, which every member goes through forward and at most once; returns the results by round. */
function expectOneResult({members, certified}: Consortium, label: string): Map<number, Float32Array> {
  const results = new Map<number, string>();
  const snapshots = new Map<number, Float32Array>();
  for (const member of members) {
    const entries = certified.get(member) ?? [];
    const rounds = entries.map(({certificate}) => certificate.body.round);
    expect(rounds, `${label}: ${member} goes forward only, and through no round twice`).toEqual(
      [...new Set(rounds)].sort((a, b) => a - b),
    );
    for (const {certificate, snapshot} of entries) {
      const {round, result} = certificate.body;
      expect(results.get(round) ?? result, `${label}: one result in round ${round}`).toBe(result);
      results.set(round, result);
      snapshots.set(round, snapshot.values);
      expect(hashOf(snapshot.values), label).toBe(result);
    }
  }
  return snapshots;
}

/** The laws that hold whatever happened: one result a round, made of each contributor's work exactly once. */
function expectLawful(consortium: Consortium, seed: number, label: string): void {
  const {world, members, certified, weightOf} = consortium;
  const snapshots = expectOneResult(consortium, label);
  snapshots.set(-1, new Float32Array(5));
  for (const {certificate, snapshot} of members.flatMap((member) => certified.get(member) ?? [])) {
    const {round, contributors} = certificate.body;
    const reference = snapshots.get(round - 1);
    if (reference === undefined) continue;
    const entries = contributors.map((contributor) => ({member: contributor, weight: weightOf(contributor)}));
    const central = fedAvg(seed, round, reference, entries);
    const distance = Math.max(
      ...central.map((value, index) => Math.abs(value - (snapshot.values[index] ?? 0))),
    );
    expect(distance, `${label}: round ${round} is its contributors' mean`).toBeLessThan(1e-5);
  }
  const faults = world.reports.filter(({report}) =>
    ["equivocation", "proposal-refused"].includes(report.kind),
  );
  expect(faults, label).toEqual([]);
}

function runWithFault(
  victim: string,
  point: number,
  fault: Fault,
  restartMs: number | null,
): {consortium: Consortium; isHit: boolean} {
  let isHit = false;
  const options: ConsortiumOptions = {
    seed: 5,
    weights: WEIGHTS,
    rounds: ROUNDS,
    faultAt: (member: string, _effect: Effect, count: number): Fault => {
      if (isHit || member !== victim || count < point) return "none";
      isHit = true;
      if (restartMs !== null) consortium.world.after(restartMs, () => consortium.world.start(victim));
      return fault;
    },
  };
  const consortium = createConsortium(options);
  for (const member of consortium.members) consortium.world.start(member);
  consortium.world.run(() => {
    const awaited = consortium.members.filter((member) => restartMs !== null || member !== victim || !isHit);
    return awaited.every((member) => consortium.world.sessionOf(member)?.view().isFinished === true);
  });
  return {consortium, isHit};
}

describe("a member that dies at any of its effects", () => {
  for (const fault of ["crash-before", "crash-after"] as const) {
    for (const restartMs of [null, 30, 3000]) {
      it(`leaves the others to finish, and ${restartMs === null ? "is named absent" : `resumes ${restartMs} ms later`} (${fault}, every ${STRIDE}. effect)`, {
        timeout: TIMEOUT_MS,
      }, () => {
        let points = 0;
        for (const victim of ["member-a", "member-b", "member-c", "member-d"]) {
          for (let point = 0; ; point += STRIDE) {
            const label = `${victim} ${fault} at effect ${point}`;
            const {consortium, isHit} = runWithFault(victim, point, fault, restartMs);
            expectLawful(consortium, 5, label);
            if (!isHit) break;
            points += 1;
            const survivor = consortium.members.find((member) => member !== victim) ?? "";
            const last = consortium.certified.get(survivor)?.at(-1)?.certificate.body;
            expect(last?.round, label).toBe(ROUNDS - 1);
            const disk = consortium.world
              .diskOf(victim)
              .flatMap((record) => (record.kind === "certificate" ? [record.certificate.body.round] : []));
            const isBack = restartMs === null || disk.at(-1) === ROUNDS - 1;
            expect(isBack, `${label}: it ends where the others end`).toBe(true);
          }
        }
        expect(points).toBeGreaterThan(280 / STRIDE);
      });
    }
  }
});

describe("any history of crashes, stalls and cuts", () => {
  it(`leaves one result a round, each contribution applied once, and everybody at the end (${HISTORIES} histories)`, {
    timeout: TIMEOUT_MS,
  }, () => {
    fc.assert(
      fc.property(
        fc.integer({min: 2, max: 6}),
        fc.integer(),
        fc.array(arbitraryTrouble(6000, 5000), {maxLength: 12}),
        (n, seed, history) => {
          const weights = Array.from({length: n}, (_, index) => 10 + 37 * index);
          const consortium = createConsortium({seed, weights, rounds: 4});
          const {world, members} = consortium;
          runThrough(world, members, {history});
          expectLawful(consortium, seed, "history");
        },
      ),
      {numRuns: HISTORIES},
    );
  });
});

describe("two members", () => {
  it("wait for each other, and say so", () => {
    const {world, members, certified} = createConsortium({
      seed: 2,
      weights: [9, 1],
      rounds: 3,
      startMembers: 2,
    });
    const [first, second] = [members[0] ?? "", members[1] ?? ""];
    for (const member of members) world.start(member);
    world.run(() => (certified.get(first)?.length ?? 0) >= 1);
    world.crash(second);
    const until = world.nowMs + 60_000;
    world.after(60_000, () => {});
    world.run(() => world.nowMs >= until);
    expect(world.sessionOf(first)?.view().round).toBeLessThan(3);
    const waiting = world.reports.flatMap(({report}) => (report.kind === "waiting" ? [report.missing] : []));
    expect(waiting.at(-1)).toEqual([second]);
    world.start(second);
    world.run();
    expect(certified.get(first)).toHaveLength(3);
  });
});

describe("a member stalled in mid-exchange", () => {
  it("holds the others for at most the deadline", () => {
    for (let effect = 0; effect < 40; effect++) {
      let stalledAtMs = -1;
      const random = createRandom({seed: effect, site: "", round: 0, purpose: "x"});
      const consortium = createConsortium({
        seed: 11,
        weights: WEIGHTS,
        rounds: 4,
        trainingMs: () => 50 + 20 * random.uniform(),
        faultAt: (member, _effect, count) => {
          if (member === "member-b" && stalledAtMs < 0 && count >= 60 + effect) {
            stalledAtMs = world.nowMs;
            world.stall("member-b");
          }
          return "none";
        },
      });
      const {world, members, certified} = consortium;
      for (const member of members) world.start(member);
      world.run(() => stalledAtMs >= 0 || world.isFinished);
      if (stalledAtMs < 0) break;
      const before = certified.get("member-a")?.length ?? 0;
      world.run(
        () =>
          (certified.get("member-a")?.length ?? 0) > before + 1 ||
          world.sessionOf("member-a")?.view().isFinished === true,
      );
      // The plan's maximum of 4 s, with the turn of the next leader and the messages themselves.
      expect(world.nowMs - stalledAtMs, `stalled at effect ${60 + effect}`).toBeLessThan(4000 + 1000);
    }
  });
});
