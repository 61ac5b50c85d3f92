import {sha256, toHex} from "../../../src/core/index.ts";
import {bodyHash} from "../../../src/rounds/certificate.ts";
import {type CertificateBody, canonicalBytes, encodeFrame} from "../../../src/rounds/index.ts";
import {proposalBy, voteBy} from "../../gossip/adversary/liar.ts";
import {pause} from "../until.ts";
import type {Mallory} from "./mallory.ts";

const HASH = "5c".repeat(32);
const MOST_VOTES = 1024;
/** Frames at once, thousands a second in all: a hundred times what a member may send. */
const BURST = 50;
const PAUSE_MS = 10;
const RUBBISH = new Uint8Array(64).fill(7);

/** The `index`-th frame of a flood, as it goes over the link. */
export type Flood = (mallory: Mallory, index: number) => Uint8Array;

function bodyAt({setup, certified, round}: Mallory, index: number): CertificateBody {
  const before = certified.get(round() - 1)?.certificate.body;
  return {
    run: setup.run,
    round: round(),
    attempt: index % setup.members.length,
    group: HASH,
    roster: setup.roster,
    parent: before === undefined ? HASH : bodyHash(sha256, before),
    contributors: [...setup.members],
    weight: 2,
    peakWeight: 2,
    // Another result each time.
    result: toHex(sha256(canonicalBytes(index))),
  };
}

const common = ({setup, round}: Mallory) => ({run: setup.run, round: round()});

/** Whatever makes others work, one kind of frame each. */
export const FLOODS: Readonly<Record<string, Flood>> = {
  "votes with bad signatures": (mallory, index) =>
    encodeFrame({
      ...common(mallory),
      type: "vote",
      ballot: index % 4,
      step: "accept",
      body: toHex(sha256(canonicalBytes(index))),
      signature: RUBBISH,
    }),
  "ballots given up": (mallory, index) =>
    encodeFrame({...common(mallory), type: "timeout", ballot: index % 1_000_000, lock: null}),
  "certificates of one vote a thousand times": (mallory, index) => {
    const body = bodyAt(mallory, index);
    const {run, round} = common(mallory);
    const {signature} = voteBy(mallory.setup, {
      round,
      ballot: 0,
      step: "commit",
      body: bodyHash(sha256, body),
    });
    const vote = {member: mallory.setup.self, signature};
    const certificate = {body, ballot: 0, votes: Array.from({length: MOST_VOTES}, () => vote)};
    return encodeFrame({run, round, type: "certificate", certificate});
  },
  "proposals of ever new results": (mallory, index) => {
    const ballot = 4 + (index % 4);
    return encodeFrame(proposalBy(mallory.setup, ballot, {...bodyAt(mallory, index), attempt: ballot}));
  },
  "words of sums that nobody asked for": (mallory, index) => {
    const group = toHex(sha256(canonicalBytes(index)));
    const word = {chunk: index % 4, sum: HASH, parts: HASH, signature: new Uint8Array(64)};
    return encodeFrame({...common(mallory), type: "summed", group, ...word});
  },
  // The schema has no ballot so high, which the sender's own code does not check.
  "ballots that the schema refuses": (mallory) =>
    encodeFrame({...common(mallory), type: "timeout", ballot: 2 ** 31, lock: null}),
};

/** Sends a flood to one member, again and again, until `isOver`. */
export async function pour(
  mallory: Mallory,
  to: string,
  {flood, isOver}: {readonly flood: Flood; readonly isOver: () => boolean},
): Promise<void> {
  for (let first = 0; !isOver(); first += BURST) {
    const frames = Array.from({length: BURST}, (_, at) => flood(mallory, first + at));
    for (const frame of frames) mallory.network.send(to, frame);
    await pause(PAUSE_MS);
  }
}
