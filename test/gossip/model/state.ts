import type {RoundState} from "../../../src/rounds/agreement/round-state.ts";
import type {Dispute, Exchange, SumCheck} from "../../../src/rounds/exchange/exchange-state.ts";
import type {RoundFrame} from "../../../src/rounds/frames.ts";
import type {Certificate, DurableRecord, Effect, Frame, TimerName} from "../../../src/rounds/index.ts";

type Fetch = Extract<Effect, {type: "fetch"}>;
type Persist = Extract<Effect, {type: "persist"}>;

/** One member: its process, if it is up, and its disk. */
export interface Member {
  /** Null while the process is down, and after the round. */
  readonly round: RoundState | null;
  readonly isUp: boolean;
  /** The certificate on disk: the round is past. */
  readonly done: Certificate | null;
  readonly disk: readonly DurableRecord[];
  readonly blobs: ReadonlyMap<string, Uint8Array>;
  readonly timers: ReadonlySet<TimerName>;
  readonly fetches: readonly Fetch[];
  /** Asked for and not yet on disk, in order. */
  readonly writes: readonly Persist[];
  readonly lastId: number;
}

/** A frame under way. */
export interface Flying {
  readonly from: number;
  readonly to: number;
  readonly frame: RoundFrame;
}

/** How often chance and fate may still strike. */
export interface Budget {
  readonly crashes: number;
  readonly losses: number;
  readonly retries: number;
}

/** Everything there is at one moment; never changed. */
export interface State {
  readonly members: readonly Member[];
  readonly flying: readonly Flying[];
  readonly budget: Budget;
  /** The body that a majority has had on disk in one ballot: it must remain the round's. */
  readonly chosen: string | null;
}

function cloneCheck(check: SumCheck): SumCheck {
  const opened = [...check.opened].map(([chunk, parts]) => [chunk, new Map(parts)] as const);
  return {
    ...check,
    products: new Map(check.products),
    sound: new Set(check.sound),
    opened: new Map(opened),
  };
}

function cloneExchange(shared: Exchange): Exchange {
  const exchange = {...shared, objectors: new Set(shared.objectors)};
  switch (exchange.kind) {
    case "butterfly":
      return {
        ...exchange,
        parts: exchange.parts.map((parts) => new Map(parts)),
        committed: new Map(exchange.committed),
        sums: new Map(exchange.sums),
        owned: new Map(exchange.owned),
        words: new Map(exchange.words),
        answers: new Map(exchange.answers),
        told: new Set(exchange.told),
        waiting: new Map(exchange.waiting),
        check: exchange.check === null ? null : cloneCheck(exchange.check),
      };
    case "phases":
      return {
        ...exchange,
        sent: new Map(exchange.sent),
        announced: new Map(exchange.announced),
        received: new Map(exchange.received),
      };
    default:
      return {...exchange, contributions: new Map(exchange.contributions)};
  }
}

function cloneDispute(dispute: Dispute): Dispute {
  return {...dispute, parts: new Map(dispute.parts), sound: new Set(dispute.sound)};
}

/** A copy of a round's state that the protocol may change. */
export function cloneRound(state: RoundState): RoundState {
  const {lead, exchange} = state;
  return {
    ...state,
    ready: new Map(state.ready),
    linked: new Set(state.linked),
    heard: new Set(state.heard),
    excluded: new Set(state.excluded),
    strangers: [...state.strangers],
    lead: lead === null ? null : {...lead},
    givenUp: new Map(state.givenUp),
    answeredMs: new Map(state.answeredMs),
    ahead: [...state.ahead],
    exchange: exchange === null ? null : cloneExchange(exchange),
    early: [...state.early],
    past: state.past.map((attempt) => ({...attempt, committed: new Map(attempt.committed)})),
    disputes: new Map([...state.disputes].map(([key, dispute]) => [key, cloneDispute(dispute)])),
    unproven: new Map(state.unproven),
    held: new Map(state.held),
    bodies: new Map(state.bodies),
    votes: new Map([...state.votes].map(([ballot, votes]) => [ballot, new Map(votes)])),
    fetches: new Map(state.fetches),
    persists: new Map(state.persists),
    published: new Set(state.published),
    equivocators: new Set(state.equivocators),
  };
}

const inOrder = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const BYTES = new WeakMap<object, string>();

/** JSON in which objects that never change are written once, bytes are left out and sets are sorted. */
function text(value: unknown): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "";
  if (ArrayBuffer.isView(value)) return "";
  if (value instanceof Set) return `{${[...value].map(String).sort(inOrder).join()}}`;
  if (value instanceof Map)
    return `{${[...value]
      .map(([key, each]) => `${key}:${text(each)}`)
      .sort(inOrder)
      .join()}}`;
  const known = BYTES.get(value);
  if (known !== undefined) return known;
  const written = Array.isArray(value)
    ? `[${value.map(text).join()}]`
    : `{${Object.entries(value)
        .map(([key, each]) => `${key}:${text(each)}`)
        .join()}}`;
  return written;
}

/** {@link text} of an object that is never changed. */
function fixedText(value: object): string {
  let written = BYTES.get(value);
  if (written === undefined) {
    written = text(value);
    BYTES.set(value, written);
  }
  return written;
}

/** Whoever voted can be asked for the result; the signatures say nothing more. */
const certificateText = ({body, votes}: Certificate): string =>
  fixedText(body) + votes.map(({member}) => member).join();

/** What a record says. */
export function recordText(record: DurableRecord): string {
  return record.kind === "certificate" ? certificateText(record.certificate) : fixedText(record);
}

/** What a frame says. */
export function frameText(frame: Frame): string {
  return frame.type === "certificate" ? certificateText(frame.certificate) : fixedText(frame);
}

/** A round's state without the numbers of its fetches and writes, which say nothing. */
function roundText(round: RoundState): string {
  const {setup: _, fetches, persists, lead, decided, ...rest} = round;
  if (decided !== null) {
    // Nothing else matters any more but whether the result is held, and who gives it.
    const isHeld = round.held.has(decided.body.result);
    const {linked, failedFetches, own, published} = rest;
    const purposes = [...fetches.values(), ...persists.values()].map(text).sort(inOrder);
    return `${certificateText(decided)}${isHeld}${text([linked, failedFetches, own?.hash, published])}${purposes}`;
  }
  const purposes = [[...fetches.values()].map(text).sort(inOrder), [...persists.values()].map(text)];
  return `${text(rest)}${lead === null ? "" : `${lead.ballot}${lead.phase}${lead.trials}`}${purposes.join()}`;
}

function memberText({round, isUp, done, disk, blobs, timers, fetches, writes}: Member): string {
  return [
    round === null ? "" : round.setup.self + roundText(round),
    isUp,
    done === null ? "" : certificateText(done),
    disk.map(recordText).join(),
    [...blobs.keys()].sort(inOrder).join(),
    [...timers].sort(inOrder).join(),
    fetches
      .map(({from, hash, offset}) => `${from}${hash}${offset}`)
      .sort(inOrder)
      .join(),
    writes.map(({record}) => recordText(record)).join(),
  ].join("|");
}

const INTERNED = new Map<string, Member>();
const IDS = new WeakMap<object, number>();
let lastId = 0;

/** The one object for all members that go on alike. */
export function interned(member: Member): Member {
  const written = memberText(member);
  const known = INTERNED.get(written);
  if (known !== undefined) return known;
  INTERNED.set(written, member);
  return member;
}

/** A number for an object that stands for all its equals. */
export function idOf(value: object): number {
  let id = IDS.get(value);
  if (id === undefined) {
    id = ++lastId;
    IDS.set(value, id);
  }
  return id;
}

const FRAMES = new Map<string, number>();

function frameId(frame: Frame): number {
  const written = frameText(frame);
  const known = FRAMES.get(written) ?? FRAMES.size;
  FRAMES.set(written, known);
  return known;
}

/** What tells one state from another: equal for states that go on alike. */
export function keyOf({members, flying, budget, chosen}: State): string {
  // In order on each link; the links' own order says nothing.
  const frames = [...flying]
    .sort((a, b) => a.from - b.from || a.to - b.to)
    .map(({from, to, frame}) => `${from}${to}${frameId(frame)}`);
  const {crashes, losses, retries} = budget;
  return `${members.map(idOf).join()}/${frames.join()}/${crashes}${losses}${retries}${chosen?.slice(0, 12)}`;
}
