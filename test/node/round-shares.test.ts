import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {countRoundShares} from "../../src/node/watch/round-shares.ts";
import type {Certificate} from "../../src/rounds/index.ts";

const MEMBERS = ["koeln", "tuebingen", "muenchen"];

function certificateOf(round: number, contributors: readonly string[]): Certificate {
  const hash = "ab".repeat(32);
  return {
    body: {
      run: "cd".repeat(16),
      round,
      attempt: 0,
      group: "ab".repeat(32),
      roster: hash,
      parent: hash,
      contributors: [...contributors],
      weight: 1,
      peakWeight: 1,
      result: hash,
    },
    ballot: 0,
    votes: [],
  };
}

const nameOf = (member: string): string => member;

describe("shares of rounds", () => {
  it("are the contributions counted one by one, of the run and of its last 50 rounds, before and since the start", () => {
    const rounds = fc.array(fc.subarray(MEMBERS), {maxLength: 130});
    fc.assert(
      fc.property(rounds, fc.nat(), (contributors, cut) => {
        const certificates = contributors.map((members, round) => certificateOf(round, members));
        const held = cut % (certificates.length + 1);
        const counted = countRoundShares(MEMBERS, certificates.slice(0, held));
        for (const certificate of certificates.slice(held)) counted.add(certificate);
        const timesIn = (rows: readonly string[][], member: string): number => {
          let times = 0;
          for (const row of rows) if (row.includes(member)) times += 1;
          return times;
        };
        const last = contributors.slice(Math.max(0, contributors.length - 50));
        expect(counted.shares(nameOf)).toEqual(
          MEMBERS.map((name) => ({
            name,
            run: {contributed: timesIn(contributors, name), certified: contributors.length},
            recent: {contributed: timesIn(last, name), certified: last.length},
          })),
        );
      }),
    );
  });

  it("say of a star of three that koeln took part in 54 % of the last 50 rounds", () => {
    const counted = countRoundShares(MEMBERS, []);
    for (let round = 0; round < 50; round++) {
      counted.add(certificateOf(round, round < 27 ? MEMBERS : ["tuebingen", "muenchen"]));
    }
    expect(counted.shares(nameOf)[0]).toMatchObject({
      name: "koeln",
      recent: {contributed: 27, certified: 50},
    });
  });
});
