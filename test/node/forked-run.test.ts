import {decode} from "cborg";
import {expect, it} from "vitest";
import {stopForked} from "../../src/node/records/forked-run.ts";
import {decodeCertificate} from "../../src/rounds/index.ts";
import {createConsortium} from "../gossip/consortium.ts";

it("a fork ends the node once both certificates are on its disk", async () => {
  const {world, members, certified} = createConsortium({seed: 6, weights: [10, 20, 30], rounds: 2});
  for (const member of members) world.start(member);
  world.run();
  const [ours, theirs] = (certified.get("member-a") ?? []).map(({certificate}) => certificate);
  if (ours === undefined || theirs === undefined) throw new Error("two rounds were certified");
  const lines: Uint8Array[] = [];
  let write = (): void => {};
  const journal = {
    append: (line: Uint8Array) =>
      new Promise<void>((resolve) => {
        write = () => {
          lines.push(line);
          resolve();
        };
      }),
  };
  let isEnded = false;
  const stopped = stopForked(journal, {
    kind: "fork",
    round: 4,
    culprits: ["member-b"],
    certificates: [ours, theirs],
  }).catch((error: unknown) => {
    isEnded = true;
    return error;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isEnded).toBe(false);
  write();
  expect(await stopped).toMatchObject({
    code: "NODE_RUN_FORKED",
    message: "round 5 was decided in two ways: member-b voted for both",
    data: {round: 4},
  });
  const {kind, round, certificates} = decode(lines[0] ?? new Uint8Array()) as {
    kind: string;
    round: number;
    certificates: readonly Uint8Array[];
  };
  expect([kind, round]).toEqual(["fork", 4]);
  expect(certificates.map((bytes) => decodeCertificate(bytes))).toEqual([ours, theirs]);
});
