import type {Multiaddr} from "@multiformats/multiaddr";
import {CID} from "multiformats/cid";
import * as raw from "multiformats/codecs/raw";
import {create as createDigest} from "multiformats/hashes/digest";
import {type Clock, delay, type Logger, sha256} from "../../../core/index.ts";
import {createProgressDeadline} from "../../deadline.ts";
import {createPause} from "../../pause.ts";
import type {PeerId} from "../../types.ts";
import type {Host} from "../host/host.ts";
import {askWhere} from "./where.ts";

const SHA2_256_CODE = 0x12;
const QUERY_TIMEOUT_MS = 10_000;

/** Time that peers may take to send a requested record, in milliseconds; they have it at hand. */
const ANSWER_TIMEOUT_MS = 2_000;

/**
 * Interval at which this node announces again that it is of the consortium, in ms; records live 48 h, but
 * their keepers may leave.
 */
const PROVIDE_INTERVAL_MS = 30 * 60_000;

/** Least time between two announcements, in milliseconds: members come up in bursts. */
const PROVIDE_SPACING_MS = 2_000;

/**
 * Finds addresses of members: asks connected members for the record that the member itself signed. Statements
 * of others about a member's address count for nothing, and neither do Kademlia's answers.
 */
export interface Locator {
  /** Looks for `peer`; hands its finds to `onFound`. */
  locate(peer: PeerId, signal: AbortSignal): Promise<void>;
  /** Notes that more peers can now keep this node's record. */
  onMorePeers(): void;
  /** Resolves when the signal has aborted and all work is over. */
  readonly finished: Promise<void>;
}

/** The CID under which the members of a consortium provide: raw, SHA-256 of the rendezvous key. */
export function rendezvousCid(rendezvous: Uint8Array): CID {
  return CID.createV1(raw.code, createDigest(SHA2_256_CODE, sha256(rendezvous)));
}

/** Dependencies of a locator. */
export interface LocatorOptions {
  readonly host: Host;
  readonly rendezvous: Uint8Array;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  onFound(peer: PeerId, addresses: readonly Multiaddr[]): void;
}

/** Creates a {@link Locator}. */
export function createLocator(options: LocatorOptions): Locator {
  const {host, rendezvous, clock, logger, signal, onFound} = options;
  const cid = rendezvousCid(rendezvous);
  const pause = createPause(clock, signal);
  const bounded = async (
    timeoutMs: number,
    parent: AbortSignal,
    query: (signal: AbortSignal) => Promise<void>,
  ): Promise<boolean> => {
    const deadline = createProgressDeadline(clock, timeoutMs, parent, () => undefined);
    try {
      await query(deadline.signal);
      return true;
    } catch (error) {
      logger.debug("locator found nothing", {reason: String(error)});
      return false;
    } finally {
      deadline.end();
    }
  };
  const keepProviding = async (): Promise<void> => {
    while (!signal.aborted) {
      const isProvided =
        host.getConnections().length > 0 &&
        (await bounded(QUERY_TIMEOUT_MS, signal, (inner) =>
          host.contentRouting.provide(cid, {signal: inner}),
        ));
      await delay(clock, PROVIDE_SPACING_MS, signal).catch(() => undefined);
      await pause.sleep(isProvided ? PROVIDE_INTERVAL_MS : PROVIDE_SPACING_MS);
    }
  };
  return {
    async locate(peer, parent) {
      await bounded(ANSWER_TIMEOUT_MS, parent, async (inner) => {
        const record = await askWhere(host, peer, inner);
        if (record !== undefined) onFound(peer, record.addresses);
      });
    },
    onMorePeers: () => pause.wake(),
    finished: keepProviding(),
  };
}
