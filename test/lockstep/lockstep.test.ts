import {describe, expect, it} from "vitest";
import {createConsortium} from "../gossip/consortium.ts";
import {libp2pMembers, runOverLibp2p} from "./libp2p-consortium.ts";

const ROUNDS = 2;
const CASES = [
  {codec: "f32", members: 2, values: 7},
  {codec: "fp16", members: 3, values: 40_000},
  {codec: "f32", members: 5, values: 40_000},
] as const;

describe("the same plan and seed over libp2p and in the simulated world", () => {
  it.each(CASES)(
    "end with the same parameters: $codec, $members members, $values values",
    async ({codec, members: count, values}) => {
      const members = await libp2pMembers(count);
      const weights = members.map((_, index) => 10 + 37 * index);
      // Nobody goes on without the others: who takes part is then the same everywhere.
      const options = {seed: 77, weights, members, rounds: ROUNDS, values, codec, startMembers: count};
      const simulated = createConsortium({...options, weightShare: 1});
      for (const member of members) simulated.world.start(member);
      simulated.world.run();
      const {setupOf, contributionOf} = createConsortium({...options, weightShare: 1});
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
