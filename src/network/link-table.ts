import {type Clock, CodedError} from "../core/index.ts";
import type {NetworkErrorCode} from "./errors.ts";
import type {ByteTotals, LinkState, NetworkEvents, PeerId} from "./types.ts";

/** The reason why a link failed or ended. */
export interface LinkFault {
  readonly code: NetworkErrorCode;
  readonly detail?: string | undefined;
}

/** The way in which a peer is connected. */
export interface LinkPath {
  readonly address: string;
  readonly direction: "inbound" | "outbound";
}

/** The record of one peer's link: counts its bytes and reports its changes, each up with exactly one down. */
export interface LinkRecord {
  readonly peer: PeerId;
  isUp(): boolean;
  /** Notes that the link is up over `path`, and tells the owner. */
  up(path: LinkPath): void;
  /** Notes that the link failed to come up, or has ended; tells the owner if it was up. */
  down(fault: LinkFault): void;
  /** Tells whether the fault is new; a log therefore states each reason once. */
  isNews(fault: LinkFault): boolean;
  addSent(sizeBytes: number): void;
  addReceived(sizeBytes: number): void;
  addViolation(): void;
  /** Notes that the peer is kept out until this time. */
  exclude(untilWallMs: number): void;
  /** Sets the function that reads the last measured round trip, in milliseconds. */
  setRtt(read: () => number | undefined): void;
}

/** The links of all roster peers. */
export interface LinkTable {
  /** The record of a roster peer; `undefined` for anyone else. */
  get(peer: PeerId): LinkRecord | undefined;
  /** @throws NETWORK_PEER_UNLISTED */
  demand(peer: PeerId): LinkRecord;
  /** Resolves once the peer's link is up; rejects with the signal's reason. */
  whenUp(peer: PeerId, signal: AbortSignal): Promise<void>;
  links(): readonly LinkState[];
  totals(): ByteTotals;
}

/** The part of the owner's events that a link table calls. */
export type LinkEvents = Pick<NetworkEvents, "onLinkUp" | "onLinkDown">;

/** Dependencies of a link table. */
export interface LinkTableOptions {
  readonly clock: Pick<Clock, "nowMs" | "wallMs">;
  readonly events: LinkEvents;
  /** Time without bytes after which a link is silent, in milliseconds. */
  readonly silentMs: number;
}

type Mutable<T> = {-readonly [Key in keyof T]: T[Key]};
type Waiters = Set<() => void>;

type RecordState = Mutable<Omit<LinkState, "rttMs" | "peer" | "status">> & {status: "up" | "down"};

function neverLinked(wallMs: number): RecordState {
  return {
    status: "down",
    lastHeardWallMs: undefined,
    sinceWallMs: wallMs,
    bytesSent: 0,
    bytesReceived: 0,
    address: undefined,
    direction: undefined,
    via: undefined,
    lastError: undefined,
    lastErrorDetail: undefined,
    violations: 0,
    exclusions: 0,
    excludedUntilWallMs: undefined,
  };
}

function createRecord(peer: PeerId, {clock, events, silentMs}: LinkTableOptions, waiters: Waiters) {
  const state = neverLinked(clock.wallMs());
  const told = new Set<string>();
  let heardMs = 0;
  let readRtt: () => number | undefined = () => undefined;

  const record: LinkRecord = {
    peer,
    isUp: () => state.status === "up",
    up(path) {
      if (state.status === "up") return;
      Object.assign(state, path, {status: "up", via: "direct", sinceWallMs: clock.wallMs()});
      heardMs = clock.nowMs();
      state.lastError = undefined;
      state.lastErrorDetail = undefined;
      told.clear();
      events.onLinkUp(peer);
      for (const wake of waiters) wake();
    },
    down(fault) {
      const wasUp = state.status === "up";
      state.lastError = fault.code;
      state.lastErrorDetail = fault.detail;
      if (!wasUp) return;
      state.status = "down";
      state.via = undefined;
      state.sinceWallMs = clock.wallMs();
      readRtt = () => undefined;
      events.onLinkDown(peer, fault.code);
    },
    isNews(fault) {
      const key = `${fault.code} ${fault.detail ?? ""}`;
      if (told.has(key)) return false;
      told.add(key);
      return true;
    },
    addSent(sizeBytes) {
      state.bytesSent += sizeBytes;
    },
    addReceived(sizeBytes) {
      state.bytesReceived += sizeBytes;
      heardMs = clock.nowMs();
      state.lastHeardWallMs = clock.wallMs();
    },
    addViolation: () => void (state.violations += 1),
    exclude(untilWallMs) {
      Object.assign(state, {exclusions: state.exclusions + 1, excludedUntilWallMs: untilWallMs});
    },
    setRtt(read) {
      readRtt = read;
    },
  };
  const read = (): LinkState => {
    const silenceMs = clock.nowMs() - heardMs;
    if (state.status === "down" || silenceMs <= silentMs) return {peer, ...state, rttMs: readRtt()};
    // An earlier round trip says nothing about the peer now.
    return {peer, ...state, status: "silent", sinceWallMs: clock.wallMs() - silenceMs, rttMs: undefined};
  };
  return {record, read};
}

/** Creates a {@link LinkTable} of `peers`, all down; reports changes to the options' `events`. */
export function createLinkTable(peers: readonly PeerId[], options: LinkTableOptions): LinkTable {
  const waiters = new Map<PeerId, Waiters>(peers.map((peer) => [peer, new Set()]));
  const entries = new Map(
    [...waiters].map(([peer, waiting]) => [peer, createRecord(peer, options, waiting)]),
  );
  const table: LinkTable = {
    get: (peer) => entries.get(peer)?.record,
    demand(peer) {
      const record = table.get(peer);
      if (record !== undefined) return record;
      throw new CodedError("NETWORK_PEER_UNLISTED", `${peer} is no other member of this consortium`, {
        hint: "Check the roster file.",
      });
    },
    async whenUp(peer, signal) {
      signal.throwIfAborted();
      if (table.demand(peer).isUp()) return;
      await new Promise<void>((resolve, reject) => {
        const own = waiters.get(peer);
        const end = (): void => {
          own?.delete(onUp);
          signal.removeEventListener("abort", onAbort);
        };
        const onUp = (): void => {
          end();
          resolve();
        };
        const onAbort = (): void => {
          end();
          reject(signal.reason);
        };
        own?.add(onUp);
        signal.addEventListener("abort", onAbort, {once: true});
      });
    },
    links: () => [...entries.values()].map(({read}) => read()),
    totals() {
      let bytesSent = 0;
      let bytesReceived = 0;
      for (const {read} of entries.values()) {
        bytesSent += read().bytesSent;
        bytesReceived += read().bytesReceived;
      }
      return {bytesSent, bytesReceived};
    },
  };
  return table;
}
