import type {Certificate, CertificateBody, Frame} from "../../src/gossip/index.ts";
import {RUN} from "./consortium.ts";

const common = {run: RUN, round: 7};
const hash = (byte: string): string => byte.repeat(32);
const SIGNATURE = Uint8Array.from({length: 64}, (_, index) => index);

/** Weights of every width of number: half, single and whole. */
export const BODY: CertificateBody = {
  ...common,
  attempt: 2,
  roster: hash("aa"),
  parent: hash("bb"),
  contributors: ["member-a", "member-c"],
  weight: 486 / 1024,
  peakWeight: Math.fround(1.1),
  result: hash("cc"),
};

/** SHA-256 of the bytes of {@link BODY}, computed apart. */
export const BODY_HASH = "b50b985f9450f2eeb5c4e2815d06a13a67f358547080ea525ce830c4e79542bc";

export const CERTIFICATE: Certificate = {
  body: BODY,
  ballot: 3,
  votes: [
    {member: "member-a", signature: SIGNATURE},
    {member: "member-c", signature: SIGNATURE.toReversed()},
  ],
};

const participants = [
  {member: "member-a", contribution: hash("01")},
  {member: "member-c", contribution: hash("02")},
];

const ID = {incarnation: 2, seq: 70_000};
/** Whole, half, and one that only binary64 holds. */
const CLOCK = [0, 1.5, 3.1, 12];

/** A frame of every type, by name. */
export const FRAMES: Readonly<Record<string, Frame>> = {
  ready: {...common, type: "ready", contribution: hash("01")},
  prepare: {...common, type: "prepare", ballot: 300},
  promise: {...common, type: "promise", ballot: 300, accepted: {ballot: 2, body: BODY}},
  "promise of nothing": {...common, type: "promise", ballot: 300, accepted: null},
  refuse: {...common, type: "refuse", ballot: 4, promised: 70_000},
  start: {...common, type: "start", ballot: 1, participants},
  summed: {...common, type: "summed", group: hash("dd"), chunk: 1, sum: hash("ee")},
  mass: {...common, type: "mass", group: hash("dd"), phase: 300, sum: hash("ef")},
  object: {...common, type: "object", group: hash("dd"), member: "member-b", reason: "invalid"},
  propose: {...common, type: "propose", ballot: 3, body: BODY},
  vote: {...common, type: "vote", ballot: 3, body: BODY_HASH, signature: SIGNATURE},
  certificate: {...common, type: "certificate", certificate: CERTIFICATE},
  ask: {...common, type: "ask"},
  offer: {...common, ...ID, type: "offer", view: hash("ab"), phase: 300, mass: hash("cd"), clock: CLOCK},
  "offer to a random member": {
    ...common,
    ...ID,
    type: "offer",
    view: hash("ab"),
    phase: null,
    mass: hash("cd"),
    clock: CLOCK,
  },
  accept: {...common, ...ID, type: "accept", mass: hash("cd"), clock: CLOCK},
  busy: {...common, ...ID, type: "busy", reason: "phase", phase: 12, clock: CLOCK},
  commit: {...common, ...ID, type: "commit", outcome: "mixed"},
  abort: {...common, ...ID, type: "abort"},
  done: {...common, ...ID, type: "done"},
  share: {...common, ...ID, type: "share", mass: hash("cd"), clock: CLOCK},
  "share-taken": {...common, ...ID, type: "share-taken", isTaken: false},
  closing: {...common, type: "closing", clock: CLOCK},
  join: {...common, type: "join"},
  shown: {...common, type: "shown", mass: hash("cd"), clock: CLOCK},
};
