import {describe, expect, it} from "vitest";
import type {CodecName} from "../../src/parameters/index.ts";
import type {RoundMixing} from "../../src/rounds/index.ts";
import {createConsortium} from "../gossip/consortium.ts";
import {casesOf} from "../setup/thorough.ts";
import {libp2pMembers, runOverLibp2p} from "./libp2p-consortium.ts";

const ROUNDS = 2;
const RING: RoundMixing = {kind: "schedule", schedule: {name: "ring", steps: 2}};
const SCHEDULES: readonly [string, RoundMixing][] = [
  ["all", {kind: "all"}],
  ["base", {kind: "schedule", schedule: {name: "base", peers: 1}}],
  ["grid", {kind: "schedule", schedule: {name: "grid"}}],
  ["ring", RING],
];
const CODECS: readonly CodecName[] = ["f32", "fp16", "int8", "sign", "top10", "top1"];
const MEMBERS = [2, 3, 5];
/** One chunk, and as many as members. */
const VALUES = [7, 20_000];

interface Case {
  readonly schedule: string;
  readonly mixing: RoundMixing;
  readonly codec: CodecName;
  readonly count: number;
  readonly values: number;
}

/** Every schedule with every codec; every number of members and of values with every schedule and every codec. */
const CASES: readonly Case[] = SCHEDULES.flatMap(([schedule, mixing], row) =>
  CODECS.map((codec, column) => ({
    schedule,
    mixing,
    codec,
    count: MEMBERS[(row + column) % MEMBERS.length] ?? 2,
    values: VALUES[(row + (column >> 1)) % VALUES.length] ?? 7,
  })),
);
/** All of them in continuous integration; here each schedule and each codec at least once. */
const chosen = casesOf(CASES, 5);

describe("the same plan and seed over libp2p and in the simulated world", () => {
  it("is tried with every pair of schedule, codec and number of members", () => {
    const pairs = new Set(
      CASES.flatMap(({schedule, codec, count}) => [
        `${schedule} ${codec}`,
        `${schedule} ${count}`,
        `${codec} ${count}`,
      ]),
    );
    expect(pairs.size).toBe(4 * 6 + 4 * 3 + 6 * 3);
    expect(CASES.length).toBeLessThanOrEqual(24);
  });

  it.each(chosen)(
    "ends with the same parameters: $schedule, $codec, $count members, $values values",
    async ({mixing, codec, count, values}) => {
      const members = await libp2pMembers(count);
      const weights = members.map((_, index) => 10 + 37 * index);
      const options = {
        seed: 77,
        weights,
        members,
        rounds: ROUNDS,
        values,
        codec,
        mixing,
        // Nobody goes on without the others, and nobody takes over on a busy machine: every round is one attempt.
        startMembers: count,
        // Phases of a ring leave everyone with an estimate of the weights only.
        weightShare: mixing === RING ? 0 : 1,
        limits: {minimumMs: 20_000, maximumMs: 120_000},
      };
      const simulated = createConsortium(options);
      for (const member of members) simulated.world.start(member);
      simulated.world.run();
      const {setupOf, contributionOf} = createConsortium(options);
      const ended = await runOverLibp2p(count, {setupOf, contributionOf});
      const expected = simulated.certified.get(members[0] ?? "")?.at(-1)?.certificate.body;
      expect(expected).toMatchObject({round: ROUNDS - 1, contributors: members});
      for (const {certificate, snapshot} of ended) {
        expect(certificate.body).toEqual(expected);
        expect(snapshot.hash).toBe(expected?.result);
      }
    },
  );
});
