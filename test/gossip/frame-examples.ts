import type {Certificate, CertificateBody, Frame} from "../../src/rounds/index.ts";
import {RUN} from "./consortium.ts";

const common = {run: RUN, round: 7};
const hash = (byte: string): string => byte.repeat(32);
const SIGNATURE = Uint8Array.from({length: 64}, (_, index) => index);

/** Weights of every width of number: half, single and whole. */
export const BODY: CertificateBody = {
  ...common,
  attempt: 2,
  group: hash("a9"),
  roster: hash("aa"),
  parent: hash("bb"),
  contributors: ["member-a", "member-c"],
  weight: 486 / 1024,
  peakWeight: Math.fround(1.1),
  result: hash("cc"),
};

/** SHA-256 of the bytes of {@link BODY}, computed apart. */
export const BODY_HASH = "9ca1a2368ab89dbc87bcc15abb79a445bda34cc514dc7521907178288c0fba2f";

export const CERTIFICATE: Certificate = {
  body: BODY,
  ballot: 3,
  votes: [
    {member: "member-a", signature: SIGNATURE},
    {member: "member-c", signature: SIGNATURE.toReversed()},
  ],
};

const participants = [
  {member: "member-a", contribution: hash("01"), signature: SIGNATURE},
  {member: "member-c", contribution: hash("02"), signature: SIGNATURE.toReversed()},
];

const ID = {incarnation: 2, seq: 70_000};
/** Whole, half, and one that only binary64 holds. */
const CLOCK = [0, 1.5, 3.1, 12];

/** A frame of every type, by name. */
export const FRAMES: Readonly<Record<string, Frame>> = {
  ready: {...common, type: "ready", contribution: hash("01"), parent: hash("bb"), signature: SIGNATURE},
  timeout: {...common, type: "timeout", ballot: 70_000, lock: CERTIFICATE},
  "timeout without lock": {...common, type: "timeout", ballot: 300, lock: null},
  start: {...common, type: "start", ballot: 1, trial: 2, participants},
  parts: {
    ...common,
    type: "parts",
    group: hash("dd"),
    member: "member-c",
    parts: [hash("03"), hash("04")],
    signature: SIGNATURE,
  },
  summed: {
    ...common,
    type: "summed",
    group: hash("dd"),
    chunk: 1,
    sum: hash("ee"),
    parts: hash("05"),
    signature: SIGNATURE,
  },
  challenge: {...common, type: "challenge", group: hash("dd"), seed: new Uint8Array(16).fill(9)},
  products: {
    ...common,
    type: "products",
    group: hash("dd"),
    seed: new Uint8Array(16).fill(9),
    products: new Uint8Array(Float64Array.of(1.5, -2.25).buffer),
    signature: SIGNATURE,
  },
  again: {...common, type: "again", group: hash("dd")},
  waiting: {...common, type: "waiting", group: hash("dd"), members: ["member-a"]},
  mass: {...common, type: "mass", group: hash("dd"), phase: 300, sum: hash("ef")},
  object: {...common, type: "object", group: hash("dd"), member: "member-b", reason: "invalid"},
  propose: {...common, type: "propose", ballot: 3, body: BODY, proof: null, signature: SIGNATURE},
  "propose with proof": {
    ...common,
    type: "propose",
    ballot: 4,
    body: BODY,
    proof: {ballot: 3, votes: CERTIFICATE.votes},
    signature: SIGNATURE,
  },
  vote: {...common, type: "vote", ballot: 3, step: "accept", body: BODY_HASH, signature: SIGNATURE},
  "vote to commit": {
    ...common,
    type: "vote",
    ballot: 3,
    step: "commit",
    body: BODY_HASH,
    signature: SIGNATURE,
  },
  "contradicting votes": {
    ...common,
    type: "contradiction",
    member: "member-b",
    claims: {
      kind: "vote",
      ballot: 3,
      step: "commit",
      bodies: [BODY_HASH, hash("99")],
      signatures: [SIGNATURE, SIGNATURE.toReversed()],
    },
  },
  "contradicting parts": {
    ...common,
    type: "contradiction",
    member: "member-b",
    claims: {
      kind: "parts",
      group: hash("dd"),
      parts: [[hash("03")], [hash("04")]],
      signatures: [SIGNATURE, SIGNATURE.toReversed()],
    },
  },
  "a false sum": {
    ...common,
    type: "contradiction",
    member: "member-b",
    claims: {
      kind: "sum",
      group: hash("dd"),
      chunk: 0,
      sum: hash("ee"),
      parts: hash("05"),
      signature: SIGNATURE,
    },
  },
  "false products": {
    ...common,
    type: "contradiction",
    member: "member-b",
    claims: {
      kind: "products",
      group: hash("dd"),
      seed: new Uint8Array(16).fill(9),
      products: new Uint8Array(Float64Array.of(1.5).buffer),
      signature: SIGNATURE,
    },
  },
  "contradicting contributions": {
    ...common,
    type: "contradiction",
    member: "member-b",
    claims: {
      kind: "ready",
      contributions: [hash("01"), hash("02")],
      signatures: [SIGNATURE, SIGNATURE.toReversed()],
    },
  },
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
