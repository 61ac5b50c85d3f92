import {isDeepStrictEqual} from "node:util";
import {expect} from "vitest";
import {sha256} from "../../../src/core/index.ts";
import {bodyHash, type Certified, quorumSize, votersOf} from "../../../src/rounds/index.ts";
import {primitivesOf} from "../consortium.ts";
import {type Arena, type ArenaOptions, LIMITS, runArena, toldBy, updateOf} from "./arena.ts";

const WEIGHT_UNIT = 1 / 1024;

/** The update that a body's contributor may have committed. */
export type UpdatesOf = (member: string, round: number) => readonly Float32Array[];

/** What an honest member has on its disk. */
export function certifiedOn({world}: Pick<Arena, "world">, member: string): Certified[] {
  return world.diskOf(member).flatMap((record) => (record.kind === "certificate" ? [record] : []));
}

/** Honest members hold one certificate a round, each signed by a quorum. */
export function expectAgreement(arena: Arena): void {
  const bodies = new Map<number, string>();
  for (const member of arena.honest) {
    const entries = certifiedOn(arena, member);
    for (const {certificate, snapshot} of entries) {
      const {body} = certificate;
      const hash = bodyHash(sha256, body);
      expect(bodies.get(body.round) ?? hash, `${member} in round ${body.round}`).toBe(hash);
      bodies.set(body.round, hash);
      expect(snapshot.hash).toBe(body.result);
      const voters = votersOf(primitivesOf(member), certificate, arena.members);
      expect(voters.size).toBeGreaterThanOrEqual(quorumSize(arena.quorum, arena.members.length));
    }
    expect(Math.max(...entries.map(({certificate}) => certificate.body.round))).toBe(arena.rounds - 1);
  }
}

/** Every result is the exact mean of what its contributors committed, and its weight theirs. */
export function expectMeans(arena: Arena, updates: UpdatesOf = honestUpdates(arena)): void {
  const entries = arena.honest.flatMap((member) => certifiedOn(arena, member));
  const results = new Map<number, Float32Array>([[-1, new Float32Array(arena.values)]]);
  for (const {certificate, snapshot} of entries) results.set(certificate.body.round, snapshot.values);
  let peak = 0;
  for (const {certificate, snapshot} of entries.toSorted(byRound)) {
    const {round, contributors, weight, peakWeight} = certificate.body;
    const before = results.get(round - 1);
    expect(before, `the result before round ${round}`).toBeDefined();
    const weights = contributors.map((member) => 2 ** arena.members.indexOf(member) * WEIGHT_UNIT);
    expect(weight).toBe(weights.reduce((sum, each) => sum + each, 0));
    peak = Math.max(peak, weight);
    expect(peakWeight).toBe(peak);
    const means = meansOf(
      contributors.map((member) => updates(member, round)),
      weights,
    );
    const isMean = means.some((mean) =>
      mean.every((value, at) => isNear((before?.[at] ?? 0) + value, snapshot.values[at] ?? 0)),
    );
    expect(isMean, `round ${round} is the mean of ${contributors.join(", ")}`).toBe(true);
  }
}

const isNear = (central: number, found: number): boolean =>
  Math.abs(central - found) <= 1e-6 * Math.max(1, Math.abs(central));

const byRound = (a: Certified, b: Certified): number => a.certificate.body.round - b.certificate.body.round;

function honestUpdates({seed}: Arena): UpdatesOf {
  return (member, round) => [updateOf(seed, member, round)];
}

/** The means of every choice of one update for each contributor, `[values]`. */
function meansOf(updates: readonly (readonly Float32Array[])[], weights: readonly number[]): Float64Array[] {
  const total = weights.reduce((sum, each) => sum + each, 0);
  return updates.reduce<Float64Array[]>(
    (sums, choices, index) =>
      sums.flatMap((sum) =>
        choices.map((choice) => {
          const share = (weights[index] ?? 0) / total;
          const mean = new Float64Array(choice.length);
          choice.forEach((value, at) => {
            mean[at] = (sum[at] ?? 0) + share * value;
          });
          return mean;
        }),
      ),
    [new Float64Array(0)],
  );
}

/** No honest member is named a liar, or the maker of a proposal that is none. */
export function expectNoSlander(arena: Arena): void {
  for (const member of arena.honest) {
    const named = toldBy(arena, member).flatMap((report) => {
      if (report.kind === "equivocation" || report.kind === "proposal-refused") return [report.member];
      return report.kind === "fork" ? report.culprits : [];
    });
    for (const culprit of named) expect(arena.liars, `${member} names ${culprit}`).toContain(culprit);
    const out = arena.world.sessionOf(member)?.checkpoint()?.equivocators ?? [];
    for (const culprit of out) expect(arena.liars, `${member} leaves ${culprit} out`).toContain(culprit);
  }
}

/** How long each round took all honest members. */
export function durationsOf({endsMs}: Pick<Arena, "endsMs">): number[] {
  return endsMs.map((endMs, round) => endMs - (endsMs[round - 1] ?? 0));
}

/** Every round takes at most twice its usual time plus one deadline. */
export function expectPace(arena: Arena, usual: Pick<Arena, "endsMs">): void {
  const usualMs = durationsOf(usual);
  durationsOf(arena).forEach((durationMs, round) => {
    const mostMs = 2 * (usualMs[round] ?? 0) + LIMITS.maximumMs;
    expect(durationMs, `round ${round} in ms`).toBeLessThanOrEqual(mostMs);
  });
}

/** All that holds in a run with no more liars than the quorum survives. */
export function expectLaws(arena: Arena, updates?: UpdatesOf): void {
  expectAgreement(arena);
  expectMeans(arena, updates);
  expectNoSlander(arena);
}

/** The runs of {@link usualRun} so far, of which equal ones are made once. */
const usualRuns: {readonly options: ArenaOptions; readonly run: Pick<Arena, "endsMs">}[] = [];

/** When the rounds of the same run end with everybody honest. */
export function usualRun(options: ArenaOptions): Pick<Arena, "endsMs"> {
  const {script: _script, openLiar: _openLiar, ...rest} = options;
  const known = usualRuns.find((other) => isDeepStrictEqual(other.options, rest));
  if (known !== undefined) return known.run;
  const {endsMs} = runArena({...rest, history: []});
  usualRuns.push({options: rest, run: {endsMs}});
  return {endsMs};
}
