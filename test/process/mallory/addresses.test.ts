import {multiaddr} from "@multiformats/multiaddr";
import {describe, expect, it} from "vitest";
import {lyingHost} from "../../network/raw-peer.ts";
import {type Consortium, createConsortium, type Site} from "../consortium.ts";
import {keySeedOf} from "./mallory.ts";
import {foundBelow, openTrap, ordinaryHost, type Trap} from "./traps.ts";

const LIMIT_MS = 240_000;
const STEP_LIMIT_MS = 60_000;
const DEADLINE = {minimumSeconds: 1, maximumSeconds: 3};
const TRAPS = 12;
/** How often mallory is asked where the absent member is before that one comes. */
const LEAST_RECORDS = 8;
/** It says nothing on its links, so that they end and are to be opened anew. */
const CALL_AGAIN_MS = 1_000;
/** Where no member may be by another's word, whatever answers there. */
const ELSEWHERE = ["/ip4/169.254.169.254/tcp/80", "/ip4/169.254.7.7/tcp/443", "/ip6/fe80::7/tcp/443"];

/** Services of this machine, where mallory says that it and another member are. */
interface Traps {
  readonly ofItself: readonly Trap[];
  readonly ofAbsent: readonly Trap[];
}

async function openTraps(): Promise<Traps> {
  const hosts = ["127.0.0.1", "127.0.0.2", ordinaryHost() ?? "127.0.0.3"];
  const openSome = (on: readonly string[]): Promise<Trap[]> =>
    Promise.all(Array.from({length: TRAPS}, (_, index) => openTrap(on[index % on.length] ?? "127.0.0.1")));
  return {ofItself: await openSome(["127.0.0.1"]), ofAbsent: await openSome(hosts)};
}

const addressesOf = (traps: readonly Trap[]): string[] => [
  ...traps.map(({address}) => address),
  ...ELSEWHERE,
];

/** Mallory with its lies. */
interface Rogue {
  readonly told: Readonly<Record<"kademlia" | "record", number>>;
  /** Connects with a daemon, again and again. */
  call(address: string): void;
  stop(): Promise<void>;
}

async function startRogue(liar: Site, absent: Site, {ofItself, ofAbsent}: Traps): Promise<Rogue> {
  const told = {kademlia: 0, record: 0};
  const host = await lyingHost(await keySeedOf(liar), {
    ofItself: addressesOf(ofItself),
    ofOther: {peer: absent.peerId, addresses: addressesOf(ofAbsent)},
    onTold: (by) => void (told[by] += 1),
  });
  const timers: NodeJS.Timeout[] = [];
  return {
    told,
    call(address) {
      const dial = (): void => void host.dial(multiaddr(address)).catch(() => {});
      dial();
      timers.push(setInterval(dial, CALL_AGAIN_MS));
    },
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await host.stop();
    },
  };
}

/** Two daemons hear the lies while a third is absent; it comes, and the run of the three goes to its end. */
async function runBeside(
  consortium: Consortium,
  rogue: Rogue,
  honest: readonly [Site, Site, Site],
): Promise<void> {
  const [first, second, absent] = honest;
  const one = await consortium.start(first);
  rogue.call(one.addresses[0] ?? "");
  const other = await consortium.start(second, one);
  rogue.call(other.addresses[0] ?? "");
  await consortium.until("the lies to be told", STEP_LIMIT_MS, () =>
    rogue.told.kademlia > 0 && rogue.told.record >= LEAST_RECORDS ? true : null,
  );
  await consortium.start(absent, one, other);
  await consortium.until("the end of the run", STEP_LIMIT_MS, async () => {
    const statuses = await consortium.statuses(honest);
    return statuses.every(({activity}) => activity === "finished") ? true : null;
  });
  for (const {daemon} of honest) expect((await daemon?.end("SIGTERM"))?.status).toBe(0);
}

/** What the daemons did with the lies. */
interface Believed {
  /** Traps that were called, of each kind. */
  readonly called: Readonly<Record<keyof Traps, number>>;
  /** Lies that each daemon's folder holds, of each kind. */
  readonly kept: readonly Readonly<Record<keyof Traps, number>>[];
}

async function believedOn(listen: string): Promise<Believed> {
  const sites = ["north", "south", "east", "west"];
  const consortium = await createConsortium({
    sites,
    rounds: 3,
    localSteps: 2,
    deadline: DEADLINE,
    startMembers: 3,
  });
  const site = (name: string): Site => consortium.site(name);
  const honest = [site("north"), site("south"), site("east")] as const;
  for (const each of honest) await consortium.configure(each, {listen: [listen]});
  const traps = await openTraps();
  const rogue = await startRogue(site("west"), site("east"), traps);
  try {
    await runBeside(consortium, rogue, honest);
    const counted = ({ofItself, ofAbsent}: Traps) => {
      const called = (some: readonly Trap[]): number => some.filter(({calls}) => calls() > 0).length;
      return {ofItself: called(ofItself), ofAbsent: called(ofAbsent)};
    };
    const keptBy = async ({state}: Site) => ({
      ofItself: (await foundBelow(state, addressesOf(traps.ofItself))).length,
      ofAbsent: (await foundBelow(state, addressesOf(traps.ofAbsent))).length,
    });
    return {called: counted(traps), kept: await Promise.all(honest.map(keptBy))};
  } finally {
    await rogue.stop();
    await consortium.close();
    for (const trap of [...traps.ofItself, ...traps.ofAbsent]) trap.close();
  }
}

describe("a member that says in identify, records and Kademlia's answers where it and an absent member are", () => {
  it("has daemons that listen on every interface call none of the addresses, and keep none", {
    timeout: LIMIT_MS,
  }, async () => {
    const none = {ofItself: 0, ofAbsent: 0};
    const {called, kept} = await believedOn("/ip4/0.0.0.0/tcp/0");
    expect(called).toEqual(none);
    expect(kept).toEqual([none, none, none]);
  });

  it("has daemons that listen on loopback alone call four at most, of those that it signed of itself", {
    timeout: LIMIT_MS,
  }, async () => {
    const {called, kept} = await believedOn("/ip4/127.0.0.1/tcp/0");
    for (const {ofItself, ofAbsent} of [called, ...kept]) {
      expect(ofAbsent).toBe(0);
      expect(ofItself).toBeLessThanOrEqual(4);
    }
  });
});
