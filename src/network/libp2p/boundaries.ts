import {type Multiaddr, multiaddr} from "@multiformats/multiaddr";
import {addressClass} from "../address-class.ts";
import {createAdmission, placesFor} from "../guards/admission.ts";
import type {Guard} from "../guards/guard.ts";
import {createTokenBucket} from "../guards/token-bucket.ts";
import {membersToLink} from "../options.ts";
import type {Libp2pNetworkOptions, PeerId} from "../types.ts";
import {type AddressBook, createAddressBook} from "./address-book.ts";
import {ipOf, parseTcpAddress} from "./addresses.ts";
import type {HostParts} from "./host/host.ts";
import {createIncomingMetrics, watchRefusals} from "./host/refusal-watch.ts";

/** Dials of learned addresses that one member may cause, on average and at once. */
const DIALS_PER_MEMBER = {perSecond: 0.5, burst: 16};

/**
 * Tells whether this node listens on loopback alone: no other machine reaches it, so its members are on this
 * one too.
 */
function isOnLoopback({listen}: Libp2pNetworkOptions): boolean {
  const ips = listen.map((text) => ipOf(parseTcpAddress(text, "NETWORK_LISTEN_ADDRESS_INVALID")));
  return ips.length > 0 && ips.every((ip) => ip !== undefined && addressClass(ip) === "loopback");
}

function readable(texts: readonly string[]): Multiaddr[] | null {
  try {
    return texts.map((text) => multiaddr(text));
  } catch {
    return null;
  }
}

/**
 * Opens the address book with the addresses known at the start; hands later additions to the caller, each
 * once. Remembered addresses pass the same checks as those that a member states.
 */
export function openBook(options: Libp2pNetworkOptions, configured: readonly Multiaddr[]): AddressBook {
  const remembered = Object.entries(options.knownAddresses);
  const reported = new Map(remembered.map(([peer, addresses]) => [peer, addresses.join()]));
  let isFilled = false;
  const book = createAddressBook({
    peers: membersToLink(options),
    configured,
    isOnLoopback: isOnLoopback(options),
    onLearned(peer, addresses) {
      if (!isFilled || reported.get(peer) === addresses.join()) return;
      reported.set(peer, addresses.join());
      options.onAddresses(peer, addresses);
    },
  });
  for (const [peer, addresses] of remembered) {
    const read = readable(addresses);
    if (read === null) options.logger.warn("unreadable remembered addresses are left out", {peer});
    else book.learn(peer, read);
  }
  isFilled = true;
  return book;
}

/** The limits on the peers with which a host connects, and on the way in which it does. */
export function boundaries(
  options: Libp2pNetworkOptions,
  {book, guard}: {readonly book: AddressBook; readonly guard: Guard},
): Omit<HostParts, "key" | "onNearby"> {
  const {clock, logger, meter, roster} = options;
  const {perSecond, burst} = DIALS_PER_MEMBER;
  const size = roster.members.length;
  const dials = createTokenBucket({perSecond: perSecond * size, burst: burst * size}, clock.nowMs());
  const isKnown = (ip: string): boolean => book.hasIp(ip);
  const countRefusal = meter === undefined ? () => {} : createIncomingMetrics(meter);
  return {
    gates: {
      members: new Set(roster.members),
      isOut: (peer) => guard.isOut(peer),
      mayDial(address) {
        const source = book.sourceOf(address);
        return source === "configured" || (source === "learned" && dials.take(1, clock.nowMs()));
      },
      onStranger: (peerId: PeerId) =>
        logger.info(
          "a key that is not on this roster asked for a link and was refused: it belongs to `consilium doctor`, or to a node with another roster",
          {peerId},
        ),
    },
    incoming: {
      admission: createAdmission(placesFor(size), isKnown),
      clock,
      isKnown,
      onRefusal: watchRefusals({clock, logger}, countRefusal),
    },
    spend: (peer, sizeBytes) => guard.allows(peer, (budget, nowMs) => budget.service(sizeBytes, nowMs)),
  };
}
