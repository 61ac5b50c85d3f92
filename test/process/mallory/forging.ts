import {sha256, toHex} from "../../../src/core/index.ts";
import type {Network} from "../../../src/network/index.ts";
import type {Mixture} from "../../../src/parameters/index.ts";
import {releaseMixture} from "../../../src/privacy/index.ts";
import {partsBytes, sumBytes} from "../../../src/rounds/certificate.ts";
import {
  type Arithmetic,
  type Effect,
  type Frame,
  leaderOrder,
  type MemberId,
  parameterArithmetic,
} from "../../../src/rounds/index.ts";
import {bending, othersOf, type Scene, type Script} from "../../gossip/adversary/liar.ts";
import type {Evidence} from "./evidence.ts";
import type {Mallory, MalloryOptions} from "./mallory.ts";

type Start = Extract<Frame, {type: "start"}>;

const BYTES = 4;
const FAR = 32_768;

/** The honest bytes of a contribution in binary32 with all values far off; the weight at the end is as it was. */
function farOff(honest: Uint8Array): Uint8Array {
  const bytes = honest.slice();
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length - BYTES; at += BYTES) {
    view.setFloat32(at, at % (2 * BYTES) === 0 ? FAR : -FAR, true);
  }
  return bytes;
}

/** Row 8: the owner of a chunk sums something else, from the first round of the script to the end of the run. */
export function falseSums(): {readonly arithmetic: Partial<Arithmetic>; readonly script: Script} {
  let isLying = false;
  const {sumChunk} = parameterArithmetic;
  return {
    arithmetic: {
      // The first part counts twice, and the last not at all.
      sumChunk: (hash, sum, parts) =>
        sumChunk(hash, sum, isLying ? [...parts.slice(0, 1), ...parts.slice(0, -1)] : parts),
    },
    script({effects}) {
      isLying = true;
      return effects;
    },
  };
}

/** Whether a proof is mallory's signed word on a sum. */
export function isWordOnSum({setup}: Mallory, {round, member, claims}: Evidence): boolean {
  if (claims.kind !== "sum") return false;
  const {group, signature} = claims;
  return setup.primitives.verify(member, sumBytes({run: setup.run, round, group}, claims), signature);
}

/** Row 8b: other bytes under the hash of each contribution that is handed in within the rounds of the script. */
export function forgedBytes(): {readonly wrap: NonNullable<MalloryOptions["wrap"]>; readonly script: Script} {
  const forged = new Set<string>();
  const publishing =
    (network: Network): Network["publish"] =>
    (blob, access) => {
      const {hash, bytes} = blob;
      const other = (): typeof blob => releaseMixture({hash, bytes: farOff(bytes)} as Mixture);
      network.publish(forged.has(hash) ? other() : blob, access);
    };
  const handedIn = (effect: Effect): string[] =>
    effect.type === "publish-contribution" ? [effect.contribution.hash] : [];
  return {
    async wrap(open, events) {
      const network = await open(events);
      return {...network, publish: publishing(network)};
    },
    script({effects}) {
      for (const hash of effects.flatMap(handedIn)) forged.add(hash);
      return effects;
    },
  };
}

/** The start of an attempt that mallory has just heard, or said. */
function startOf({event, effects}: Scene): Start | undefined {
  const said = effects.flatMap((effect) => (effect.type === "send" ? [effect.frame] : []));
  const heard = event.type === "frame" ? [event.frame] : [];
  return [...heard, ...said].find((frame): frame is Start => frame.type === "start");
}

/**
 * Row 8b: signs other parts for one member than for the rest. What that one fetches itself fits, so that the two lists
 * have to meet before anybody can see the lie.
 */
export function twoLists(): Script {
  let start: Start | undefined;
  return (scene) => {
    const {setup, effects} = scene;
    start = startOf(scene) ?? start;
    const [victim = ""] = othersOf(setup);
    return bending(effects, "parts", (frame, to) => {
      if (to !== victim || frame.member !== setup.self || start === undefined) return [frame];
      const parts = otherParts(setup, start, frame.parts, victim);
      const {run, round, group} = frame;
      return [{...frame, parts, signature: setup.primitives.sign(partsBytes({run, round, group}, parts))}];
    });
  };
}

/** The parts, with other hashes for all but those of the chunks that `victim` sums. */
function otherParts(
  {run, members}: Scene["setup"],
  {participants, round, ballot}: Start,
  parts: readonly string[],
  victim: MemberId,
): string[] {
  const leader = leaderOrder(sha256, run, round, members).leaderOf(ballot);
  const first = participants.findIndex(({member}) => member === leader);
  return parts.map((part, chunk) => {
    const owner = participants[(first + chunk) % participants.length]?.member;
    return owner === victim ? part : toHex(sha256(new TextEncoder().encode(part)));
  });
}
