import {at} from "../core/index.ts";
import {cliques, type Neighbour, type Phase} from "./phase.ts";

/*
 * The Base-(k+1) Graph: for any number of nodes and at most k neighbours a phase, a sequence of phases after
 * which every node holds the exact mean. Takezawa, Sato, Bao, Niwa & Yamada, Beyond exponential graph:
 * communication-efficient topologies for decentralized learning via finite-time convergence, NeurIPS 2023,
 * algorithms 1 to 3. The averages of equal nodes with which the paper fills up its phases are left out.
 */

type Nodes = readonly number[];
/** The content of one phase: disjoint groups that average, and single links. */
interface Step {
  readonly groups: readonly Nodes[];
  readonly links: readonly {readonly a: number; readonly b: number; readonly share: number}[];
}

const IDLE: Step = {groups: [], links: []};

function together(steps: readonly Step[]): Step {
  return {groups: steps.flatMap(({groups}) => groups), links: steps.flatMap(({links}) => links)};
}

/** Joins sequences side by side, on disjoint nodes; the shorter ones end earlier. */
function alongside(sequences: readonly (readonly Step[])[]): Step[] {
  const length = Math.max(0, ...sequences.map((sequence) => sequence.length));
  return Array.from({length}, (_, time) => together(sequences.map((sequence) => sequence[time] ?? IDLE)));
}

/** Factors of `size` up to `most`, ascending, the largest taken out first; and the rest that none divides. */
function factorise(size: number, most: number): {readonly factors: readonly number[]; readonly rest: number} {
  const factors: number[] = [];
  let rest = size;
  for (let factor = most; factor >= 2; factor--) {
    for (; rest % factor === 0; rest /= factor) factors.push(factor);
  }
  return {factors: factors.toReversed(), rest};
}

/**
 * The k-peer hyper-hypercube (algorithm 1): in phase l, the nodes that differ only in mixed-radix digit l
 * average.
 */
function hyperHypercube(nodes: Nodes, factors: readonly number[]): Step[] {
  let stride = 1;
  return factors.map((factor) => {
    const step = stride;
    stride *= factor;
    const firsts = [...nodes.keys()].filter((place) => Math.floor(place / step) % factor === 0);
    const groups = firsts.map((place) =>
      Array.from({length: factor}, (_, digit) => at(nodes, place + digit * step)),
    );
    return {groups, links: []};
  });
}

/** V_l: the nodes of one digit a_l of n in base k + 1, in a_l slices whose size is a power of the base. */
interface Part {
  readonly nodes: Nodes;
  readonly slices: readonly Nodes[];
}

function partsOf(nodes: Nodes, base: number): Part[] {
  let power = 1;
  while (power * base <= nodes.length) power *= base;
  const parts: Part[] = [];
  for (let from = 0; from < nodes.length; power /= base) {
    const digit = Math.floor((nodes.length - from) / power);
    if (digit === 0) continue;
    const start = from;
    from += digit * power;
    parts.push({
      nodes: nodes.slice(start, from),
      slices: Array.from({length: digit}, (_, index) =>
        nodes.slice(start + index * power, start + (index + 1) * power),
      ),
    });
  }
  return parts;
}

/** Links every node of the later parts to one node of each slice of `part`, each to a different one. */
function handOn({nodes, slices}: Part, later: Nodes): Step {
  const share = nodes.length / (nodes.length + later.length) / slices.length;
  const links = later.flatMap((a, place) => slices.map((slice) => ({a, b: at(slice, place), share})));
  return {groups: [], links};
}

/** The Simple Base-(k+1) Graph (algorithm 2): each part averages, then hands on to all later ones in turn. */
function simpleBase(nodes: Nodes, base: number): Step[] {
  const parts = partsOf(nodes, base);
  const average = (group: Nodes): Step[] => hyperHypercube(group, factorise(group.length, base).factors);
  const opening = alongside(parts.map((part) => average(part.nodes)));
  const closing = parts.slice(0, -1).map((part, index) => {
    const later = parts.slice(index + 1).flatMap((other) => other.nodes);
    const waiting = Array.from({length: index}, () => IDLE);
    return [...waiting, handOn(part, later), ...alongside(part.slices.map(average))];
  });
  return [...opening, ...alongside(closing)];
}

/**
 * Forms groups whose size is what the large factors leave, makes each group exact, then averages across
 * groups.
 */
function productBase(nodes: Nodes, base: number): Step[] {
  const {factors, rest} = factorise(nodes.length, base);
  const inGroup = (first: number): Step[] => simpleBase(nodes.slice(first * rest, (first + 1) * rest), base);
  const groups = Array.from({length: nodes.length / rest}, (_, index) => index);
  const across = Array.from({length: rest}, (_, place) =>
    hyperHypercube(
      groups.map((group) => at(nodes, group * rest + place)),
      factors,
    ),
  );
  return [...alongside(groups.map(inGroup)), ...alongside(across)];
}

function toPhase(n: number, {groups, links}: Step): Phase {
  const rows: Neighbour[][] = cliques(n, groups).rows.map((row) => [...row]);
  for (const {a, b, share} of links) {
    at(rows, a).push({node: b, share});
    at(rows, b).push({node: a, share});
  }
  return {rows};
}

/**
 * The phases of the Base-(k+1) Graph of `n` nodes: at most 2 log_{k+1}(n) + 2, each node with at most k
 * neighbours.
 * @param peers k, at least 1
 */
export function baseGraph(n: number, peers: number): Phase[] {
  const nodes = Array.from({length: n}, (_, index) => index);
  const [simple, product] = [simpleBase(nodes, peers + 1), productBase(nodes, peers + 1)];
  const steps = product.length < simple.length ? product : simple;
  return steps.map((step) => toPhase(n, step));
}
