import {expect} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import {codecOf} from "../../src/parameters/index.ts";
import {bodyHash, type Effect, majority} from "../../src/rounds/index.ts";
import {type LinkModel, PLAIN_LINK} from "../../src/simulation/index.ts";
import {createConsortium, hashOf, memberName, primitivesOf} from "./consortium.ts";
import {runThrough, type Trouble} from "./troubles.ts";
import {openWakeful} from "./wakeful.ts";

/** A death at one of a member's effects: every point at which it waits for something outside lies between two. */
export interface Death {
  readonly who: number;
  readonly effect: number;
  readonly isAfter: boolean;
  readonly forMs: number;
}

/** All that is random in a history. */
export interface History {
  readonly n: number;
  readonly seed: number;
  readonly link: Pick<LinkModel, "loss" | "duplication" | "reordering" | "failure">;
  readonly troubles: readonly Trouble[];
  readonly deaths: readonly Death[];
}

const VALUES = 5;
const ROUNDS = 3;
const WEIGHT_UNIT = 1 / 1024;
/** More than any history that ends has needed. */
const MOST_EVENTS = 40_000;

/** An update of dyadic numbers: weighted and summed in any order they stay exact, in binary32 too. */
export function dyadicUpdate(seed: number, site: string, round: number): Float32Array {
  const random = createRandom({seed, site, round, purpose: "dyadic"});
  return Float32Array.from({length: VALUES}, () => (random.below(8192) - 4096) / 64);
}

/**
 * Runs a history to its end and holds it to the laws of the round protocol (algorithms.md 1.8, in the sense of
 * design.md 4). Member i weighs 2^i units, so that a sum's weight names whose contributions are in it, each once.
 * @throws SIMULATION_STALLED when not everybody ends
 */
export function expectLawfulHistory(history: History): void {
  const {n, seed} = history;
  const updateOf = (member: string, round: number): Float32Array => dyadicUpdate(seed, member, round);
  const deaths = [...history.deaths];
  const link = {...PLAIN_LINK, ...history.link};
  const consortium = createConsortium({
    seed,
    weights: Array.from({length: n}, (_, index) => 2 ** index),
    rounds: ROUNDS,
    values: VALUES,
    updateOf,
    linkOf: () => link,
    openSession: openWakeful,
    faultAt: (member, effect, count) => {
      const round = consortium.world.sessionOf(member)?.view().round ?? 0;
      if (effect.type === "publish-mixture") expectMasses(effect, (site) => updateOf(site, round));
      const at = deaths.findIndex((death) => memberName(death.who % n) === member && death.effect === count);
      const [death] = at < 0 ? [] : deaths.splice(at, 1);
      if (death === undefined) return "none";
      consortium.world.after(death.forMs, () => consortium.world.start(member));
      return death.isAfter ? "crash-after" : "crash-before";
    },
  });
  const {world, members} = consortium;
  runThrough(world, members, {history: history.troubles, mostEvents: MOST_EVENTS});
  expectOneCertificate(consortium);
  expectMeans(consortium, updateOf);
  const kinds = world.reports.map(({report}) => report.kind);
  expect(kinds.filter((kind) => kind === "equivocation" || kind === "proposal-refused")).toEqual([]);
}

type Consortium = ReturnType<typeof createConsortium>;

/** P1: the masses (s, w) of a sum are those of the contributions whose weights it holds, each once. */
function expectMasses(
  {mixture}: Extract<Effect, {type: "publish-mixture"}>,
  updateOf: (site: string) => Float32Array,
): void {
  const sums = new Float64Array(VALUES + 1);
  codecOf("f32").accumulate(mixture.bytes, 0, sums);
  const units = (sums[VALUES] ?? 0) / WEIGHT_UNIT;
  expect(Number.isInteger(units)).toBe(true);
  const sites = Array.from({length: 6}, (_, index) => index).filter(
    (index) => Math.floor(units / 2 ** index) % 2 === 1,
  );
  expect(sites.reduce((sum, index) => sum + 2 ** index, 0)).toBe(units);
  const updates = sites.map((index) => ({
    weight: 2 ** index * WEIGHT_UNIT,
    update: updateOf(memberName(index)),
  }));
  for (const [at, sum] of sums.subarray(0, VALUES).entries()) {
    const mass = updates.reduce((total, {weight, update}) => total + weight * (update[at] ?? 0), 0);
    expect(Math.abs(sum - mass)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(mass)));
  }
}

/** P5 and P9: one certificate a round, the same bytes everywhere, and nobody goes through a round twice. */
function expectOneCertificate({world, members, certified, setupOf}: Consortium): void {
  const bodies = new Map<number, string>();
  for (const member of members) {
    const written = world.diskOf(member).flatMap((record) => (record.kind === "certificate" ? [record] : []));
    for (const {certificate, snapshot} of [...written, ...(certified.get(member) ?? [])]) {
      const {body, ballot, votes} = certificate;
      const hash = bodyHash(primitivesOf(member).hash, body);
      expect(bodies.get(body.round) ?? hash, `one certificate in round ${body.round}`).toBe(hash);
      bodies.set(body.round, hash);
      expect(hashOf(snapshot.values)).toBe(body.result);
      expect(votes.length).toBeGreaterThanOrEqual(majority(members.length));
      expect(ballot).toBeGreaterThanOrEqual(body.attempt);
    }
    const rounds = (certified.get(member) ?? []).map(({certificate}) => certificate.body.round);
    expect(rounds, `${member} goes forward only`).toEqual([...new Set(rounds)].sort((a, b) => a - b));
    // Who dies between writing its last certificate and hearing of it has it on disk.
    const last = Math.max(...rounds, ...written.map(({certificate}) => certificate.body.round));
    expect(last).toBe(setupOf(member).rounds - 1);
  }
}

/** P4: each round's result is its contributors' weighted mean, to 1e-6. */
function expectMeans(
  {members, certified, weightOf}: Consortium,
  updateOf: (site: string, round: number) => Float32Array,
): void {
  const results = new Map<number, Float32Array>([[-1, new Float32Array(VALUES)]]);
  const entries = members.flatMap((member) => certified.get(member) ?? []);
  for (const {certificate, snapshot} of entries) results.set(certificate.body.round, snapshot.values);
  for (const {certificate, snapshot} of entries) {
    const {round, contributors, weight} = certificate.body;
    const before = results.get(round - 1);
    if (before === undefined) continue;
    expect(weight).toBe(contributors.reduce((sum, member) => sum + weightOf(member), 0));
    for (let at = 0; at < VALUES; at++) {
      let mass = 0;
      for (const member of contributors) mass += weightOf(member) * (updateOf(member, round)[at] ?? 0);
      const central = (before[at] ?? 0) + mass / weight;
      expect(Math.abs((snapshot.values[at] ?? 0) - central)).toBeLessThanOrEqual(
        1e-6 * Math.max(1, Math.abs(central)),
      );
    }
  }
}
