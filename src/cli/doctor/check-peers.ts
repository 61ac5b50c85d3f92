import type {NodeConfig} from "../../config/index.ts";
import type {Roster} from "../../consortium/index.ts";
import type {ProbedAddress} from "../../network/index.ts";
import {type Finding, fail, failure, type Loaded, loaded, notChecked, pass, warn} from "./finding.ts";

/** Number of addresses that are asked at the same time. */
const AT_ONCE = 8;
const OPEN_TO_NOBODY = /^\/(ip4\/127\.|ip6\/::1\/).*\/tcp\/0(\/|$)/;

/** An address that should lead to a member. */
interface Target {
  readonly address: string;
  /** The peer to which it must lead; null for any other member. */
  readonly peer: string | null;
}

type Network = Pick<NodeConfig, "site" | "listen" | "bootstrap" | "mdns">;

function targetsOf({members}: Roster, {site, bootstrap}: Network): Target[] {
  const known = members
    .filter(({name}) => name !== site)
    .flatMap(({peerId, addresses = []}) => addresses.map((address) => ({address, peer: peerId})));
  const given = bootstrap.map((address) => ({address, peer: /\/p2p\/([^/]+)$/.exec(address)?.[1] ?? null}));
  const seen = new Set<string>();
  return [...known, ...given].filter(({address}) => {
    const isNew = !seen.has(address);
    seen.add(address);
    return isNew;
  });
}

function nameOf({members}: Roster, peer: string): string | undefined {
  return members.find(({peerId}) => peerId === peer)?.name;
}

function findingOf({address, peer}: Target, probed: ProbedAddress, roster: Roster): Finding {
  const expected = peer === null ? "a member" : (nameOf(roster, peer) ?? peer);
  const mend =
    "Correct the address in the roster or under `bootstrap`, or ask its operator which key the node has.";
  if (probed.kind === "unreachable")
    return warn(
      `${address} (${expected}) does not answer: ${probed.reason}`,
      "Let this machine connect outwards to it (firewall, name, port), or wait until that node is started.",
    );
  if (probed.kind === "foreign")
    return fail("CLI_DOCTOR_STRANGER", `what answers at ${address} is no node`, mend);
  const found = nameOf(roster, probed.peer);
  const isExpected = peer === null ? found !== undefined : probed.peer === peer && found !== undefined;
  if (!isExpected)
    return fail(
      "CLI_DOCTOR_STRANGER",
      `${address} should lead to ${expected}, and ${found ?? "somebody who is not on the roster"} answers (${probed.peer})`,
      mend,
    );
  return pass(`${address} is ${found}, after ${Math.round(probed.tookMs)} ms`);
}

function withoutAddresses({mdns, listen}: Network): Finding {
  const found = "no address of another member is known";
  const mend = "Put addresses into the roster or under `bootstrap` in node.yaml.";
  if (mdns) return pass(`${found}; they are looked for in the local network`);
  return listen.every((address) => OPEN_TO_NOBODY.test(address))
    ? fail("CLI_DOCTOR_NO_PEERS", `${found}, and this node listens where none can find it`, mend)
    : warn(`${found}: this node waits until they find it`, mend);
}

/** Results in the order of `items`, with at most `AT_ONCE` under way. */
async function inParallel<Item, Result>(
  items: readonly Item[],
  act: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) results[index] = await act(item);
    }
  };
  await Promise.all(Array.from({length: AT_ONCE}, work));
  return results;
}

/**
 * D18: every address of the others, in the roster and under `bootstrap`, is reached and leads to its member.
 */
export async function checkPeers(
  roster: Loaded<Roster>,
  network: Network,
  ask: (address: string) => Promise<ProbedAddress>,
): Promise<readonly Finding[]> {
  if ("error" in roster) return [notChecked("the roster cannot be read", "D07")];
  const targets = targetsOf(roster.value, network);
  if (roster.value.members.length === 1) return [pass("there is no other member")];
  if (targets.length === 0) return [withoutAddresses(network)];
  const findings = await inParallel(targets, async (target) => {
    const probed = await loaded(() => ask(target.address));
    return "error" in probed ? failure(probed.error) : findingOf(target, probed.value, roster.value);
  });
  if (findings.some(({level}) => level !== "warn")) return findings;
  const none = fail(
    "CLI_DOCTOR_NO_PEERS",
    `none of ${targets.length} addresses of other members answers`,
    "See the lines above; if no other node is started yet, try again when one is.",
  );
  return [...findings, none];
}
