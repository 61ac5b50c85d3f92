import {readFileSync} from "node:fs";
import {fromString} from "uint8arrays";
import {describe, expect, it} from "vitest";
import {present} from "../../src/core/index.ts";
import {createWordCheck, decodeMembership, readMembership} from "../../src/membership/index.ts";
import {committedForm, numberOf, SIGNED_HISTORIES, verifyWord} from "./signed-histories.ts";

const FILE = "golden-histories.json";

interface Committed {
  readonly name: string;
  readonly records: string;
  readonly verdict: {head: string; height: number; members: string; isForked: boolean; liars: string};
}

const committed: readonly Committed[] = JSON.parse(readFileSync(new URL(FILE, import.meta.url), "utf8"));

describe("twenty-one histories signed with real keys", () => {
  it("are committed as they are written down here; `vitest -u` renews the file", async () => {
    const text = `${JSON.stringify(SIGNED_HISTORIES.map(committedForm), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot(FILE);
    expect(committed).toHaveLength(21);
  });

  it.each(SIGNED_HISTORIES.map((history, index) => [history.name, history, index] as const))(
    "%s",
    (_, {verdict}, index) => {
      const {records, verdict: written} = present(committed[index], "the committed history");
      const decoded = decodeMembership(fromString(records, "base64pad"));
      const membership = readMembership(decoded, createWordCheck(decoded.genesis, verifyWord));
      const {decided, current, isForked, head, contradictions} = membership;
      const inOrder = (keys: Iterable<string>) => [...keys].map(numberOf).sort((a, b) => a - b);
      expect({
        height: decided.length,
        members: inOrder(current.members.keys()),
        isForked,
        liars: inOrder(contradictions.map(([{signer}]) => signer)),
      }).toEqual(verdict);
      expect(head).toBe(written.head);
    },
  );
});
