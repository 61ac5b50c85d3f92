import {sha256} from "../../src/core/index.ts";
import {codecOf, NO_DITHER} from "../../src/parameters/index.ts";
import type {OwnWork, SiteState} from "../../src/participant/index.ts";
import {createStages, type Stages} from "../../src/participant/stages.ts";
import {type Release, releaseUpdate} from "../../src/privacy/index.ts";
import type {Certificate, Certified} from "../../src/rounds/index.ts";

/** Member id of the site under test. */
export const SELF = "me";
const HASH = "00".repeat(32);

/** Rounds of training of `size` shared values and one that stays at the site. */
export function stagesOf(size: number): Stages {
  const tensors = [
    {name: "shared", shape: [size]},
    {name: "own", shape: [1]},
  ];
  return createStages({
    isFederated: false,
    features: [],
    trainingRounds: 1000,
    model: {tensors},
    initial: new Float32Array(size + 1),
    codec: "f32",
    asynchronous: null,
    mixing: {kind: "all"},
    local: ["own"],
    hasControls: false,
    isNormalised: false,
    outer: null,
    reference: 1,
    clipNorm: 1e9,
    cap: 1,
    contract: HASH,
    hash: sha256,
  });
}

/** The release of an update of weight 1 in f32. */
export function releaseOf(update: Float32Array): Release {
  const how = {weight: 1, codec: codecOf("f32"), dither: NO_DITHER, clipNorm: 1e9, hash: sha256};
  return releaseUpdate({update, ...how}).release;
}

/** A finished work of a round; by default nothing but its release depends on its fate. */
export function workOf(
  round: number,
  update: Float32Array,
  ifUsed: {readonly keptBack?: Float32Array; readonly state?: SiteState} = {},
): OwnWork {
  const {keptBack = null, state = null} = ifUsed;
  return {round, release: releaseOf(update), update, base: null, ifUsed: {keptBack, state}};
}

/** A certificate of a round; only its round and contributors count here. */
export function certificateOf(round: number, contributors: readonly string[]): Certificate {
  const weights = {weight: 1, peakWeight: 1};
  const hashes = {group: HASH, roster: HASH, parent: HASH, result: HASH};
  const body = {run: HASH, round, attempt: 0, ...hashes, ...weights, contributors: [...contributors]};
  return {body, ballot: 0, votes: []};
}

/** A certified round. */
export function certifiedOf(round: number, contributors: readonly string[] = []): Certified {
  const snapshot = {hash: HASH, bytes: new Uint8Array(), values: new Float32Array()};
  return {certificate: certificateOf(round, contributors), snapshot};
}
