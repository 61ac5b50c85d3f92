import {createEventFeed, type EventFeed, type NodeView, type PeerView} from "../../../src/node/index.ts";
import {type EventAnswer, eventAnswer} from "../../../src/status/answers/event-answer.ts";
import type {Alert} from "../../../src/status/answers/health-answer.ts";
import {type StatusResponse, statusResponseOf} from "../../../src/status/answers/status-answer.ts";
import {healthOf} from "../../../src/status/health.ts";
import {remainingOf} from "../../../src/status/remaining-time.ts";
import {SAMPLE_VIEW} from "../sample-view.ts";

/** How large a sample is. */
export interface SampleSize {
  readonly peers: number;
  readonly rounds: number;
  /** Places of peers whose links are down. */
  readonly down?: readonly number[];
  /** Places of peers that are linked and say nothing. */
  readonly silent?: readonly number[];
}

const WORDS = ["Leeds", "Dresden", "Aachen", "Heidelberg", "Mainz", "Utrecht", "Lyon", "Oslo"];

/** The name of a member, some of them long. */
export function memberName(place: number): string {
  const word = WORDS[place % WORDS.length] ?? "";
  return place < WORDS.length ? word : `${word}-University-Hospital-${place}`;
}

function peerOf(place: number, isDown: boolean): PeerView {
  const [up, down] = SAMPLE_VIEW.peers;
  const link = (isDown ? down : up)?.link;
  if (link === undefined) throw new Error("the sample view has two peers");
  return {
    name: memberName(place),
    role: place === 3 ? "evaluator" : "trainer",
    link: {
      ...link,
      peer: `12D3KooW${String(place).padStart(44, "Q")}`,
      rttMs: isDown ? undefined : 0.8 + place * 1.7,
      bytesSent: isDown ? 40_000 : 3_000_000 + place * 250_000,
      bytesReceived: isDown ? 30_000 : 2_800_000 + ((place * 7) % 5) * 400_000,
    },
    lastExchangeWallMs: isDown ? null : 1_699_999_999_000,
    absences: isDown ? 2 : 0,
  };
}

function shareOf(name: string, rounds: number, missed: number): NodeView["shares"][number] {
  const recent = Math.min(50, rounds);
  return {
    name,
    run: {contributed: rounds - missed, certified: rounds},
    recent: {contributed: recent - missed, certified: recent},
  };
}

/** A node's view in the midst of a run of that size. */
export function sampleRunView({peers, rounds, down = [], silent = []}: SampleSize): NodeView {
  const places = Array.from({length: peers}, (_, place) => place);
  return {
    ...SAMPLE_VIEW,
    site: "Frankfurt",
    consortium: "crc-msi",
    voters: peers + 1,
    quorum: Math.floor((peers + 1) / 2) + 1,
    round: rounds,
    rounds: Math.ceil((rounds * 4) / 3),
    ready: ["Frankfurt"],
    waitingFor: [...down, ...silent].map(memberName),
    waitingSinceWallMs: down.length + silent.length === 0 ? null : SAMPLE_NOW_MS - 3000,
    peers: places.map((place) => {
      const peer = peerOf(place, down.includes(place));
      if (!silent.includes(place)) return peer;
      const link = {status: "silent", sinceWallMs: SAMPLE_NOW_MS - 12_000, rttMs: undefined} as const;
      return {...peer, link: {...peer.link, ...link}};
    }),
    shares: [
      shareOf("Frankfurt", rounds, 0),
      ...places
        .filter((place) => place !== 3)
        .map((place) => shareOf(memberName(place), rounds, down.includes(place) ? Math.min(2, rounds) : 0)),
    ],
    result: null,
    bytesReceived: 19_400_000,
    absences: down.map((place) => ({
      round: rounds - 2,
      attempt: 1,
      result: "01".repeat(32),
      absent: [memberName(place)],
    })),
    certified: {round: rounds - 1, attempt: 0, result: "ef".repeat(32), absent: []},
    validation: {round: rounds - 1, n: 140, auroc: {value: 0.861, low: 0.792, high: 0.921}, logLoss: 0.4},
    loss: 0.2876,
    consensusDistance: 3.1e-4,
    pace: {
      ...SAMPLE_VIEW.pace,
      roundSinceWallMs: 1_699_999_996_000,
      recentRoundSeconds: [12],
      medianRoundSeconds: 12,
    },
  };
}

/** The events of so many rounds, of which one in nine withholds its AUROC; figures are invented, the same each time. */
export function emitRounds(feed: Pick<EventFeed, "emit">, rounds: number): void {
  for (let round = 2; round < rounds; round++) {
    const share = round / rounds;
    const wobble = Math.sin(round * 12.9898) * 0.02;
    feed.emit({type: "activity", activity: "training", round, stage: "training"});
    feed.emit({type: "loss", round, loss: 0.28 + 0.45 * Math.exp(-4 * share) + wobble});
    feed.emit({
      type: "round",
      round,
      attempt: 0,
      stage: "training",
      result: "ab".repeat(32),
      contributors: ["Frankfurt"],
      absent: [],
      seconds: {total: 12, training: 8, exchanging: 4},
      consensusDistance: 0.08 * Math.exp(-6 * share) * (1 + 8 * wobble) + 2e-4,
    });
    const value = 0.86 - 0.3 * Math.exp(-5 * share) + wobble / 2;
    const auroc = round % 9 === 4 ? null : {value, low: value - 0.07, high: value + 0.06};
    feed.emit({type: "validation", round, n: 140, auroc, logLoss: null});
  }
}

/** When the samples are looked at. */
export const SAMPLE_NOW_MS = 1_700_000_000_000;

/** What a status server says of that view at {@link SAMPLE_NOW_MS}. */
export function sampleStatus(view: NodeView, alerts: readonly Alert[] = []): StatusResponse {
  return statusResponseOf(view, {
    version: "1.2.3",
    startedAt: "2023-11-14T22:00:00.000Z",
    uptimeSeconds: 800,
    health: healthOf(view, SAMPLE_NOW_MS),
    remaining: remainingOf(view, SAMPLE_NOW_MS),
    certificateEndsWallMs: null,
    alerts,
  });
}

/** Those events of {@link emitRounds} as a listener gets them. */
export function sampleEvents(rounds: number): readonly EventAnswer[] {
  const feed = createEventFeed({wallMs: () => SAMPLE_NOW_MS});
  const heard: EventAnswer[] = [];
  feed.subscribe(null, (event) => heard.push(eventAnswer(event)));
  emitRounds(feed, rounds);
  return heard;
}
