import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {afterAll, describe, expect, it} from "vitest";
import type * as Room from "../../src/membership/index.ts";
import {SIGNED_HISTORIES, verifyWord} from "./signed-histories.ts";

const SOURCES = path.resolve(import.meta.dirname, "../../src");

/** A rule, the file that has it, its words there, and false ones in their place. */
const FAULTS: readonly (readonly [string, string, string, string])[] = [
  ["a quorum of two thirds", "quorum.ts", "Math.ceil((2 * n) / 3)", "Math.floor(n / 2) + 1"],
  [
    "a majority when one has no say",
    "quorum.ts",
    "Math.max(chainQuorum(n - 1), Math.floor(n / 2) + 1)",
    "chainQuorum(n - 1)",
  ],
  ["the revoked one's vote", "quorum.ts", "voters.delete(body.change.organisation)", "void 0"],
  ["the liar's vote", "quorum.ts", "voters.delete(heirOf(body, body.reason.words[0].signer))", "void 0"],
  ["votes of strangers", "chain.ts", "[...voters].filter((voter) => given.has(voter))", "[...given]"],
  ["the highest attempt stands", "chain.ts", "body.attempt === newest);", "body.attempt <= newest);"],
  [
    "two of one attempt fork",
    "chain.ts",
    "winner === undefined || rival !== undefined",
    "winner === undefined",
  ],
  ["what follows a repeated decision", "chain.ts", "decisionOf(last.body)", "last.hash"],
  ["signatures of words", "chain.ts", "if (isSigned(record)) addWord(record)", "addWord(record)"],
  ["every attempt has its reason", "chain.ts", "if (!isJustified(facts, body)) return [];", ""],
  ["a quorum of skips", "justification.ts", "skips.length < chainQuorum(members.size)", "false"],
  ["skips of members alone", "justification.ts", "members.has(skip.signer) &&", ""],
  [
    "what stays bound",
    "justification.ts",
    'if (bound.size === 1 && typeof only === "string")',
    "if (false as boolean)",
  ],
  [
    "what is bound no longer",
    "justification.ts",
    "return mayStand(facts, favoured, skips, silent) ?",
    "return (true as boolean) ?",
  ],
  ["what may be decided", "justification.ts", "inFavour + unknown >= needed", "inFavour >= needed"],
  [
    "a repeated decision is the same",
    "justification.ts",
    'freedom.kind === "one" && freedom.decision === decisionOf(body)',
    'freedom.kind === "one"',
  ],
  ["a lie is one", "justification.ts", "isMember && contradict(first, second)", "false"],
  ["words of one place", "contradiction.ts", "first.previous === second.previous", "true"],
  [
    "a skip denies a vote",
    "contradiction.ts",
    "latest === null || vote.attempt > latest.attempt) return true",
    "latest === null) return false",
  ],
  [
    "votes of one attempt",
    "contradiction.ts",
    "first.attempt === second.attempt && first.body",
    "first.body",
  ],
  ["keys that are gone", "members.ts", "gone.has(organisation) ||", ""],
  ["the height of a departure", "members.ts", "|| word.height > height", ""],
  ["somebody is left", "members.ts", "left.size === 0 ? null : {members", "{members"],
  [
    "attempts of the recovery keys",
    "justification.ts",
    'isOfRecovery !== (reason.kind === "recovery")',
    "isOfRecovery",
  ],
];

const folder = mkdtempSync(path.join(tmpdir(), "consilium-planted-"));
symlinkSync(path.join(SOURCES, "../node_modules"), path.join(folder, "node_modules"));
afterAll(() => rmSync(folder, {recursive: true, force: true}));

/** The room with one text of one file replaced, which must be there once. */
async function roomWith(name: string, file: string, rule: string, fault: string): Promise<typeof Room> {
  const planted = path.join(folder, name.replaceAll(/\W/g, "-"));
  mkdirSync(planted);
  symlinkSync(path.join(SOURCES, "core"), path.join(planted, "core"));
  cpSync(path.join(SOURCES, "membership"), path.join(planted, "membership"), {recursive: true});
  const source = readFileSync(path.join(SOURCES, "membership", file), "utf8");
  expect(source.split(rule), `${rule} in ${file}`).toHaveLength(2);
  writeFileSync(
    path.join(planted, "membership", file),
    source.replace(rule, () => fault),
  );
  return await import(path.join(planted, "membership/index.ts"));
}

/** The histories in which `room` reads something else than what is written down. */
function misread({readMembership, createWordCheck}: typeof Room): string[] {
  return SIGNED_HISTORIES.flatMap(({name, scenario, records}) => {
    const {genesis} = scenario;
    const expected = scenario.read(...records);
    const read = readMembership({genesis, records}, createWordCheck(genesis, verifyWord));
    const isSame =
      read.head === expected.head &&
      read.isForked === expected.isForked &&
      read.contradictions.length === expected.contradictions.length;
    return isSame ? [] : [name];
  });
}

describe("a rule that is left out", () => {
  it("is one of these alone: nothing is misread otherwise", async () => {
    expect(misread(await roomWith("nothing", "quorum.ts", "Math.ceil", "Math.ceil"))).toEqual([]);
  });

  it.each(FAULTS)("makes a signed history read otherwise: %s", async (...fault) => {
    expect(misread(await roomWith(...fault))).not.toEqual([]);
  });
});
