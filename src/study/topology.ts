import type {Experiment} from "../config/index.ts";
import {attemptPeriod} from "../rounds/index.ts";
import type {ScheduleSpec} from "../schedules/index.ts";
import type {StudyResults} from "./results.ts";

type Mixing = Experiment["plan"]["mixing"];

/** Largest number of nodes in a drawing; with more it is unreadable. */
const MOST_DRAWN = 64;

function specOf(mixing: Mixing): ScheduleSpec | null {
  if (mixing.mode === "async")
    return mixing.partners === "random" ? {name: "random", steps: 1} : mixing.partners;
  if (mixing.schedule === "all") return null;
  return mixing.schedule === "grid" ? {name: "grid"} : mixing.schedule;
}

/** Tells who mixes with whom in one period, with the average share. Places are drawn anew in each period. */
export function topologyOf(mixing: Mixing, nodes: number): StudyResults["topology"] {
  const spec = specOf(mixing);
  if (spec === null) return {name: "all", edges: []};
  if (nodes > MOST_DRAWN) return {name: spec.name, edges: []};
  const {length, phase} = attemptPeriod(spec, nodes, {run: "", round: 0, ballot: 0});
  const shares = new Map<string, [number, number, number]>();
  for (let index = 0; index < length; index++) {
    phase(index).rows.forEach((neighbours, node) => {
      for (const {node: other, share} of neighbours) {
        if (other < node) continue;
        const key = `${node} ${other}`;
        const edge = shares.get(key) ?? [node, other, 0];
        shares.set(key, [node, other, edge[2] + share / length]);
      }
    });
  }
  return {name: spec.name, edges: [...shares.values()]};
}
