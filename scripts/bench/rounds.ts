import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {type Child, launch} from "./child.ts";
import {type Figure, leastOf, RUNS} from "./figure.ts";
import type {RoundMember} from "./round-member.ts";

const ENTRY = new URL("./round-member.ts", import.meta.url);
const MEMBERS = 4;
/** Until the compilers have seen what is hot: the first rounds of a process cost half as much again. */
const WARM_UP_ROUNDS = 20;
/** What five writes to the disk may add to a bar. */
const SYNCS_IN_BAR = 5;
const LINK_TIMEOUT_MS = 60_000;
const POLL_MS = 20;

type Members = readonly Child<RoundMember>[];

const sleep = (timeMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, timeMs));

async function open(members: Members, folder: string, values: number): Promise<void> {
  let bootstrap: readonly string[] = [];
  for (const [index, member] of members.entries()) {
    const addresses = await member.call("open", {
      members: MEMBERS,
      index,
      values,
      folder: join(folder, String(index)),
      bootstrap,
    });
    if (index === 0) bootstrap = addresses;
  }
  const deadlineMs = performance.now() + LINK_TIMEOUT_MS;
  for (const member of members) {
    while ((await member.call("links", undefined)) < MEMBERS - 1) {
      if (performance.now() > deadlineMs) throw new Error("the members did not link");
      await sleep(POLL_MS);
    }
  }
}

/** One mix. @returns from the last contribution that was ready to the last certificate, in milliseconds */
async function mix(members: Members): Promise<number> {
  await Promise.all(members.map((member) => member.call("prepare", undefined)));
  const ends = await Promise.all(members.map((member) => member.call("mix", undefined)));
  const [first] = ends;
  const isCommon = ends.every(
    ({result, contributors}) => result === first?.result && contributors === MEMBERS,
  );
  if (!isCommon) throw new Error("the members did not certify one result of all");
  return Math.max(...ends.map(({endMs}) => endMs)) - Math.max(...ends.map(({startMs}) => startMs));
}

/**
 * Time of one mix among four daemons, journal on: from the moment when all four hold their released contribution in
 * memory to the moment when all four have the certificate on disk.
 * @param barMs the bar without its part for the disk
 * @param syncMs what the machine takes for one write to the disk
 */
export async function measureRound(
  name: string,
  values: number,
  {barMs, syncMs}: {barMs: number; syncMs: number},
): Promise<Figure> {
  const folder = await mkdtemp(join(tmpdir(), "consilium-bench-"));
  const members = Array.from({length: MEMBERS}, () => launch<RoundMember>(ENTRY));
  try {
    await open(members, folder, values);
    const runs: number[] = [];
    for (let round = 0; round < WARM_UP_ROUNDS + RUNS; round++) runs.push(await mix(members));
    return leastOf(name, "ms", runs.slice(WARM_UP_ROUNDS), barMs + SYNCS_IN_BAR * syncMs);
  } finally {
    await Promise.all(members.map((member) => member.stop()));
    await rm(folder, {recursive: true, force: true});
  }
}
