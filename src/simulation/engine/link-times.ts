import type {Experiment} from "../../config/index.ts";
import {type LinkModel, logNormalLatency, uniformLatency} from "../world/link-model.ts";

type NetworkBlock = Experiment["network"];

const BITS_OF_A_BYTE = 8;
const BYTES_OF_A_MEBIBYTE = 2 ** 20;

/** Converts megabits a second into bytes a millisecond. */
function bytesPerMs(mbps: "unlimited" | number): number {
  return mbps === "unlimited" ? Number.POSITIVE_INFINITY : (mbps * 1e6) / BITS_OF_A_BYTE / 1000;
}

function latencyOf({delay}: NetworkBlock): LinkModel["latencyMs"] {
  switch (delay.type) {
    case "constant":
      return () => delay.ms;
    case "uniform":
      return uniformLatency(delay.leastMs, delay.mostMs);
    case "linear":
      return () => delay.overheadMs;
    case "lognormal":
      return logNormalLatency(delay.medianMs, delay.sigma);
  }
}

/** Speed of a line whose delay grows with the size. */
function delaySpeed({delay}: NetworkBlock): number {
  if (delay.type !== "linear" || delay.perMebibyteMs === 0) return Number.POSITIVE_INFINITY;
  return BYTES_OF_A_MEBIBYTE / delay.perMebibyteMs;
}

/** Speed of a site's line, in bytes a millisecond. */
export function lineSpeed(network: NetworkBlock, site: string): number {
  const own = network.sites[site]?.bandwidthMbps ?? network.bandwidthMbps;
  return Math.min(bytesPerMs(own), delaySpeed(network));
}

/** The longer of two sites' own delays; 0 if neither has one. */
function ownDelayMs({sites}: NetworkBlock, a: string, b: string): number {
  return Math.max(sites[a]?.delayMs ?? 0, sites[b]?.delayMs ?? 0);
}

/** Mean one-way delay between two sites, in milliseconds. A site's own delay counts if it is longer. */
export function meanDelayMs(network: NetworkBlock, a: string, b: string): number {
  const own = ownDelayMs(network, a, b);
  if (own > 0) return own;
  const {delay} = network;
  switch (delay.type) {
    case "constant":
      return delay.ms;
    case "uniform":
      return (delay.leastMs + delay.mostMs) / 2;
    case "linear":
      return delay.overheadMs;
    case "lognormal":
      return delay.medianMs * Math.exp(delay.sigma ** 2 / 2);
  }
}

/** Builds the links of the experiment's network block between sites. The slower of two ends counts. */
export function linkModels(network: NetworkBlock): (from: string, to: string) => LinkModel {
  const {sites} = network;
  const drawn = latencyOf(network);
  const plain = modelOf(network, drawn, Math.min(bytesPerMs(network.bandwidthMbps), delaySpeed(network)));
  return (from, to) => {
    if (sites[from] === undefined && sites[to] === undefined) return plain;
    const own = ownDelayMs(network, from, to);
    const speed = Math.min(lineSpeed(network, from), lineSpeed(network, to));
    return modelOf(network, own > 0 ? () => own : drawn, speed);
  };
}

function modelOf(
  {dropProb}: NetworkBlock,
  latencyMs: LinkModel["latencyMs"],
  speed: LinkModel["bytesPerMs"],
): LinkModel {
  // The daemons' links are streams: nothing arrives twice or out of order.
  return {latencyMs, bytesPerMs: speed, loss: dropProb, duplication: 0, reordering: 0, failure: dropProb};
}

/** Virtual duration of a local step at a site, in milliseconds. */
export function stepMs({compute}: Experiment, site: string): number {
  return compute.sites[site] ?? compute.stepMs;
}
