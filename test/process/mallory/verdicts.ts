import {expect} from "vitest";
import type {Window} from "./play.ts";
import type {Outcome, Survivor} from "./siege.ts";

/** A line of a daemon's log, its facts by name. */
export type LogLine = Readonly<Record<string, string>>;

const CONTRADICTED = "a member lied, which its own signature proves";
const REFUSED = "a member's part was refused";
const KEPT_OUT = "a member is kept out for a time";
/** Of two members one is wrong; who it is nobody knows. */
export const OBJECTION = "a member objects to another member's part";
/** What names a member as one that did wrong, and by which fact. */
const BLAME: readonly (readonly [message: string, fact: string])[] = [
  [CONTRADICTED, "member"],
  [REFUSED, "member"],
  [KEPT_OUT, "peer"],
  ["a contribution was not used unchanged", "member"],
  ["a peer sent a malformed frame", "peer"],
  ["a peer's bytes were refused", "peer"],
];

/** The lines of a daemon's log that say `message`. */
export function linesWith({lines}: Pick<Survivor, "lines">, message: string): LogLine[] {
  return lines
    .filter((line) => line.includes(`: ${message}`))
    .map((line) => {
      const facts = [...line.matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|(\S+))/g)];
      return Object.fromEntries(facts.map(([, name, quoted, plain]) => [name ?? "", quoted ?? plain ?? ""]));
    });
}

/** Lines that tell of a round of the window; people count from 1. */
export function inWindow(lines: readonly LogLine[], {first, last}: Window): LogLine[] {
  return lines.filter(({round}) => Number(round) - 1 >= first && Number(round) - 1 <= last);
}

/** The act's rounds. */
export function windowOf({windows}: Outcome, act: string): Window {
  const window = windows.get(act);
  if (window === undefined) throw new Error(`${act} was not played`);
  return window;
}

/** No honest member is named as one that did wrong, anywhere. */
export function expectNoSlander({survivors, liar}: Outcome): void {
  for (const survivor of survivors) {
    const {site, status} = survivor;
    for (const [message, fact] of BLAME) {
      for (const line of linesWith(survivor, message)) {
        expect(line[fact], `${site.name}: ${message}`).toBe(liar.name);
      }
    }
    for (const {member, objector, reason} of linesWith(survivor, OBJECTION)) {
      // A link that has yet to come up blames nobody.
      if (reason === "unreachable") continue;
      expect([member, objector], `${site.name}: ${OBJECTION}`).toContain(liar.name);
    }
    expect(
      status.equivocators.filter((name) => name !== liar.name),
      site.name,
    ).toEqual([]);
    for (const {name, link} of status.peers) {
      if (name === liar.name) continue;
      expect({exclusions: link.exclusions, violations: link.violations}, `${name} at ${site.name}`).toEqual({
        exclusions: 0,
        violations: 0,
      });
    }
  }
}

/** Rounding in binary32. */
const MOST_DISTANCE = 1e-5;

/** At least half of the window's results were recomputed; the certificates of all honest daemons name the same. */
export function expectHonestModel(outcome: Outcome, {first, last}: Window): void {
  const recomputed = outcome.checked.filter(({round}) => round >= first && round <= last);
  expect(recomputed.length, "rounds whose result was recomputed").toBeGreaterThanOrEqual(
    (last - first + 1) / 2,
  );
  for (const {round, distance, weight, committed} of recomputed) {
    expect(weight, `the weight of round ${round}`).toBe(committed);
    expect(distance, `from the mean of round ${round}`).toBeLessThan(MOST_DISTANCE);
  }
  expectSameContributors(outcome);
}

/** Every honest daemon has the same contributors for each round. */
export function expectSameContributors({survivors}: Outcome): void {
  const [first, ...others] = survivors;
  for (const other of others) {
    for (const [round, names] of other.contributors) {
      expect(names, `contributors of round ${round} at ${other.site.name}`).toEqual(
        first?.contributors.get(round) ?? names,
      );
    }
  }
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

/** The usual time of a round before the first attack, in seconds; the first of training opens the trainers. */
export function usualSeconds({opening}: Outcome, {seconds}: Survivor): number {
  return median([...seconds].flatMap(([round, time]) => (round > 2 && round < opening ? [time] : [])));
}

/** Daemons share a machine with whatever else runs there; on virtual time, in test/gossip/adversary, one is the bar. */
const DEADLINES_OF_A_BUSY_MACHINE = 3;

/** Every round of the window, and the one after it, ended: no act made one last for many deadlines. */
export function expectPace(outcome: Outcome, {first, last}: Window, deadlines = 1): void {
  let slowest = 0;
  for (const survivor of outcome.survivors) {
    const usual = usualSeconds(outcome, survivor);
    const most = 2 * usual + DEADLINES_OF_A_BUSY_MACHINE * deadlines * outcome.maximumSeconds;
    for (const [round, seconds] of survivor.seconds) {
      if (round < first || round > last + 1) continue;
      slowest = Math.max(slowest, (seconds - 2 * usual) / outcome.maximumSeconds);
      expect(seconds, `seconds of round ${round} at ${survivor.site.name}`).toBeLessThanOrEqual(most);
    }
    expect(survivor.contributors.has(last + 1), `the round after at ${survivor.site.name}`).toBe(true);
  }
  const rounds = `rounds ${first} to ${last}`;
  console.log(`${rounds}: the slowest took ${slowest.toFixed(2)} deadlines beyond twice its usual time`);
}

/** Each honest daemon says `message` of mallory in the window. */
export function expectNamed(
  {survivors, liar}: Outcome,
  window: Window,
  {message, fact = "member", reason}: {readonly message: string; fact?: string; reason?: string},
): void {
  for (const survivor of survivors) {
    const told = inWindow(linesWith(survivor, message), window).filter((line) => line[fact] === liar.name);
    const reasons = told.map((line) => line["reason"]);
    expect(told.length, `${survivor.site.name} names mallory: ${message}`).toBeGreaterThan(0);
    if (reason !== undefined) expect(reasons, survivor.site.name).toContain(reason);
  }
}

/** What a daemon may grow by under an attack, in bytes: training takes some of it. */
export const MOST_GROWTH_BYTES = 64 * 1024 * 1024;
const MOST_HEALTH_MS = 500;

/** The first answer makes the connection, and the server's code ready. */
function p99([, ...times]: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.floor(0.99 * (sorted.length - 1))] ?? 0;
}

/** Memory stays flat from the first attack to the end, and health is told about as soon as before. */
export function expectWellBeing({survivors}: Outcome): void {
  for (const {site, rss, healthMs} of survivors) {
    const [before, after] = [p99(healthMs.before), p99(healthMs.after)];
    const grown = rss.after - rss.before;
    const memory = `${(rss.before / 1e6).toFixed(0)} MB, then ${(grown / 1e6).toFixed(1)} MB more`;
    console.log(`${site.name}: ${memory}; /healthz p99 ${before.toFixed(0)} ms, then ${after.toFixed(0)} ms`);
    expect(grown, `growth of ${site.name} in bytes`).toBeLessThan(MOST_GROWTH_BYTES);
    expect(after, `/healthz p99 of ${site.name} in ms`).toBeLessThan(MOST_HEALTH_MS + before);
  }
}

/** Prints what a run was like, round by round. */
export function show({survivors, windows, checked}: Outcome): void {
  for (const {site, seconds, contributors, lines} of survivors) {
    const rounds = [...contributors].toReversed();
    const texts = rounds.map(([round, {length}]) => `${round}:${length}/${seconds.get(round)?.toFixed(2)}`);
    console.log(site.name, texts.join(" "));
    for (const line of lines) console.log(line);
  }
  console.log(JSON.stringify([...windows]), checked.map(({round}) => round).join(","));
}
