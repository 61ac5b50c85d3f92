import {type Identity, type Roster, rosterHash} from "../consortium/index.ts";
import {type Clock, createRandom, type Logger, sha256} from "../core/index.ts";
import type {NetworkOptions} from "../network/index.ts";
import {snapshotSize} from "../parameters/index.ts";
import type {Stages} from "../participant/index.ts";

/** The facts about the node that a network needs. */
interface NodeFacts {
  readonly site: string;
  readonly roster: Roster;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The facts about the run that a network needs. */
interface RunFacts {
  readonly identity: Identity;
  readonly consortium: string;
  readonly run: string;
  readonly stages: Stages;
}

/** Size in bytes of the largest snapshot of the run, from which budgets of transfers follow. */
function roundBytesOf({rounds, shapeOf}: Stages): number {
  let most = 0;
  for (let round = 0; round < rounds; round++) most = Math.max(most, snapshotSize(shapeOf(round).values));
  return most;
}

/** The options of a network except its events. */
export function networkOptions(
  {roster, clock, logger, site}: NodeFacts,
  {identity, consortium, run, stages}: RunFacts,
): Omit<NetworkOptions, "events"> {
  return {
    identity: {privateKeySeed: identity.seed, peerId: identity.peerId},
    roster: {
      members: roster.members.map(({peerId}) => peerId),
      expiries: new Map(
        roster.members.flatMap(({peerId, until}) => (until === undefined ? [] : [[peerId, until]])),
      ),
      rendezvous: sha256(new TextEncoder().encode(`consilium/rendezvous/1 ${consortium}`)),
    },
    handshake: {consortium, roster: rosterHash(roster), run, layout: stages.layout},
    limits: {roundBytes: roundBytesOf(stages)},
    clock,
    random: createRandom({seed: clock.wallMs() % 2 ** 31, site, round: 0, purpose: "redial"}),
    logger: logger.child({room: "network"}),
  };
}
