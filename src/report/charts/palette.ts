import type {ColourName, SeriesStyle} from "../../drawing/index.ts";
import {BASELINE_NAMES, dPsgdName, GOSSIP} from "../../study/index.ts";

/** Colours on white paper. */
export const LIGHT: Readonly<Record<ColourName, string>> = {
  paper: "#ffffff",
  panel: "#f5f7fa",
  ink: "#18212b",
  muted: "#566270",
  rule: "#c9d1da",
  grid: "#e6eaef",
  good: "#00694d",
  bad: "#a12a00",
  warn: "#7a4b00",
  s0: "#005ea8",
  s1: "#c44601",
  s2: "#00805e",
  s3: "#a8497f",
  s4: "#8a6500",
  s5: "#3a8fc4",
  s6: "#5a4fb0",
  s7: "#3f4a56",
  local: "#77828f",
};

/** Colours on a dark screen. */
export const DARK: Readonly<Record<ColourName, string>> = {
  paper: "#12161b",
  panel: "#1b2129",
  ink: "#e8edf2",
  muted: "#a3afbc",
  rule: "#3a4552",
  grid: "#28303a",
  good: "#54d6a8",
  bad: "#ff9b73",
  warn: "#f0c060",
  s0: "#62b4ff",
  s1: "#ff8f5a",
  s2: "#3fcf9f",
  s3: "#e58bbd",
  s4: "#e0b84c",
  s5: "#a5d8f7",
  s6: "#b3a8ff",
  s7: "#cfd7df",
  local: "#8b97a5",
};

const KNOWN: Readonly<Record<string, SeriesStyle>> = {
  [GOSSIP]: {colour: "s0", dash: "none", width: 3},
  [BASELINE_NAMES.pooled]: {colour: "s1", dash: "9 4", width: 2},
  [BASELINE_NAMES.fedavg]: {colour: "s2", dash: "2 3", width: 2.25},
  [BASELINE_NAMES.fedprox]: {colour: "s3", dash: "10 3 2 3", width: 2},
  [BASELINE_NAMES["swarm-hpe"]]: {colour: "s4", dash: "5 3", width: 2},
  [dPsgdName("ring")]: {colour: "s5", dash: "1.5 2.5", width: 2.25},
  [dPsgdName("torus")]: {colour: "s6", dash: "6 2", width: 2},
  [dPsgdName("exponential")]: {colour: "s7", dash: "9 3 2 3", width: 2},
  [dPsgdName("one-peer-exponential")]: {colour: "s3", dash: "3 3", width: 2},
  [dPsgdName("random-matchings")]: {colour: "s4", dash: "2 4", width: 2},
  [dPsgdName("complete")]: {colour: "s2", dash: "12 3", width: 2},
};

const LOCAL: SeriesStyle = {colour: "local", dash: "none", width: 1.25};
const OTHER: SeriesStyle = {colour: "s6", dash: "6 2", width: 2};

/** Tells whether a method is a site's own training. */
export function isLocal(method: string): boolean {
  return method === BASELINE_NAMES.local || method.startsWith(`${BASELINE_NAMES.local} `);
}

/** Tells whether a method is one site's own model, and not all sites' side by side. */
export function isSiteAlone(method: string): boolean {
  return isLocal(method) && method !== BASELINE_NAMES.local;
}

/** Returns the style of `method`. */
export function styleOf(method: string): SeriesStyle {
  return isLocal(method) ? LOCAL : (KNOWN[method] ?? OTHER);
}

/** Returns the custom properties of a style sheet, one a colour. */
export function colourProperties(colours: Readonly<Record<ColourName, string>>): string {
  return Object.entries(colours)
    .map(([name, value]) => `--${name}:${value}`)
    .join(";");
}
