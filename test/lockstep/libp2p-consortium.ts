import {sha256, silentLogger, systemClock} from "../../src/core/index.ts";
import {createSession, restoreSession, type Session} from "../../src/gossip/index.ts";
import {createLibp2pNetwork, type Network, type NetworkEvents} from "../../src/network/index.ts";
import {createTransport, type Transport} from "../../src/node/transport.ts";
import {releaseAgain} from "../../src/privacy/index.ts";
import type {Certified, Contribution, DurableRecord, Effect, SessionSetup} from "../../src/rounds/index.ts";
import {peersOf, witness} from "../network/fixture.ts";

/** What decides a run beside the network it runs on. */
export interface LockstepRun {
  setupOf(member: string): Omit<SessionSetup, "restored">;
  contributionOf(member: string, round: number, certified: Certified | null): Contribution;
  /** A unit of an asynchronous segment, and how long it takes. */
  progressOf?(member: string, unit: number, start: Float32Array): Contribution;
  readonly unitMs?: (member: string) => number;
  /** The default is the protocol's own. */
  openSession?(setup: SessionSetup): Session;
}

interface Member {
  readonly network: Network;
  readonly transport: Transport;
  /** Resolves when every other member is linked. */
  readonly linked: Promise<void>;
  /** Begins the first round. */
  begin(): void;
  readonly ended: Promise<Certified>;
}

async function openMember(
  index: number,
  {members, bootstrap, run}: {members: readonly string[]; bootstrap: readonly string[]; run: LockstepRun},
): Promise<Member> {
  const {options} = await witness(index, members);
  const {peerId} = options.identity;
  const disk: DurableRecord[] = [];
  const {openSession = createSession} = run;
  const session = openSession({...run.setupOf(peerId), restored: restoreSession(disk)});
  let end: (certified: Certified) => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const ended = new Promise<Certified>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  const contribute = (certified: Certified | null): void => {
    const {round, isFinished} = session.view();
    if (isFinished && certified !== null) return end(certified);
    if (session.view().segment !== null) return transport.handle({type: "begin", round});
    const {bytes, hash} = run.contributionOf(peerId, round, certified);
    transport.contribute(round, releaseAgain(sha256, bytes, hash));
  };
  const workOn = ({round, unit, start}: Extract<Effect, {type: "work"}>): void => {
    const contribution = run.progressOf?.(peerId, unit, start);
    if (contribution === undefined) return;
    systemClock.after(run.unitMs?.(peerId) ?? 0, () =>
      transport.handle({type: "progress", round, unit, contribution}),
    );
  };
  const transport = createTransport({
    session,
    clock: systemClock,
    logger: silentLogger,
    write: async (record) => void disk.push(record),
    onRunEffect(effect) {
      if (effect.type === "certified") contribute(effect);
      else if (effect.type === "work") workOn(effect);
    },
    onFatal: fail,
  });
  let links = 0;
  let tellLinked: () => void = () => {};
  const linked = new Promise<void>((resolve) => {
    tellLinked = resolve;
  });
  const events: NetworkEvents = {
    onLinkUp(peer) {
      transport.handle({type: "link-up", peer});
      links += 1;
      if (links === members.length - 1) tellLinked();
    },
    onLinkDown: (peer) => transport.handle({type: "link-down", peer}),
    onFrame: (peer, bytes) => transport.onFrame(peer, bytes),
  };
  const network = await createLibp2pNetwork({
    ...options,
    events,
    listen: ["/ip4/127.0.0.1/tcp/0"],
    bootstrap: [...bootstrap],
    mdns: false,
    knownAddresses: {},
    onAddresses() {},
  });
  transport.attach(network);
  return {network, transport, linked, begin: () => contribute(null), ended};
}

/** Ids of the first `count` test members, as a roster has them. */
export async function libp2pMembers(count: number): Promise<string[]> {
  return (await peersOf(count)).sort();
}

/** Runs all of `run` over libp2p on loopback, in this process; gives what each member ended with. */
export async function runOverLibp2p(count: number, run: LockstepRun): Promise<Certified[]> {
  const members = await libp2pMembers(count);
  const opened: Member[] = [];
  try {
    for (let index = 0; index < count; index++) {
      const bootstrap = opened.flatMap(({network}) => network.addresses());
      opened.push(await openMember(index, {members, bootstrap, run}));
    }
    // A leader does not start with members that cannot reach each other yet: that would be another attempt.
    await Promise.all(opened.map(({linked}) => linked));
    for (const {begin} of opened) begin();
    return await Promise.all(opened.map(({ended}) => ended));
  } finally {
    for (const {transport} of opened) transport.close();
    await Promise.all(opened.map(({network}) => network.close()));
  }
}
