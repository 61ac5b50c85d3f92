import {clique, type Link, type Phase, phaseOfLinks} from "./phase.ts";

/** The links of each of some rounds. */
type Rounds = readonly (readonly Link[])[];

/** `digit` times a power of the base: so many parts, each of as many nodes as the power. */
interface Block {
  readonly nodes: readonly number[];
  readonly parts: readonly (readonly number[])[];
}

const range = (count: number): number[] => Array.from({length: count}, (_, index) => index);

/** `nodes` cut into runs of `size`; the last can be shorter. */
function runs(nodes: readonly number[], size: number): readonly (readonly number[])[] {
  return range(Math.ceil(nodes.length / size)).map((run) => nodes.slice(run * size, (run + 1) * size));
}

/** Factors of `count` in 2 .. `most`, the largest taken first, and what is left of `count`. */
function smallFactors(count: number, most: number): {readonly factors: readonly number[]; rest: number} {
  const factors: number[] = [];
  let rest = count;
  for (let factor = most; factor >= 2; factor--) {
    for (; rest % factor === 0; rest /= factor) factors.unshift(factor);
  }
  return {factors, rest};
}

/** Round l averages the nodes whose positions differ in digit l alone, in mixed radix (algorithm 1). */
function hyperHypercube(nodes: readonly number[], peers: number): Rounds {
  const {factors} = smallFactors(nodes.length, peers + 1);
  let stride = 1;
  return factors.map((factor) => {
    const step = stride;
    stride *= factor;
    const firsts = range(nodes.length).filter((position) => Math.floor(position / step) % factor === 0);
    return firsts.flatMap((first) =>
      clique(range(factor).flatMap((digit) => nodes[first + digit * step] ?? [])),
    );
  });
}

/** Blocks of `nodes`, one for each digit of their number that is not 0, the largest first. */
function blocksOf(nodes: readonly number[], base: number): Block[] {
  const blocks: Block[] = [];
  let size = 1;
  while (size * base <= nodes.length) size *= base;
  for (let first = 0; first < nodes.length; size /= base) {
    const digit = Math.floor((nodes.length - first) / size);
    const own = nodes.slice(first, first + digit * size);
    if (digit > 0) blocks.push({nodes: own, parts: runs(own, size)});
    first += own.length;
  }
  return blocks;
}

/**
 * The round that leaves every node after the block with the mean of all: each takes from one node in every part
 * of the block. The nodes of the block that nobody takes from keep each other company.
 */
function linkBlock({nodes, parts}: Block, after: readonly number[], peers: number): readonly Link[] {
  const share = nodes.length / (nodes.length + after.length) / parts.length;
  const links = parts.flatMap((part) =>
    after.flatMap((node, index): Link[] => {
      const other = part[index];
      return other === undefined ? [] : [{ends: [other, node], share}];
    }),
  );
  const idle = parts.flatMap((part) => part.slice(after.length));
  return [...links, ...runs(idle, peers + 1).flatMap(clique)];
}

/** Algorithm 2: blocks average themselves, then the later take from the earlier, which average their parts again. */
function simpleBase(nodes: readonly number[], peers: number): Rounds {
  const blocks = blocksOf(nodes, peers + 1);
  const cycle = (rounds: Rounds, round: number): readonly Link[] => rounds[round % rounds.length] ?? [];
  const wholes = blocks.map((block) => hyperHypercube(block.nodes, peers));
  const inParts = blocks.map(({parts}) => parts.map((part) => hyperHypercube(part, peers)));
  const alone = range(wholes[0]?.length ?? 0).map((round) =>
    wholes.flatMap((rounds) => cycle(rounds, round)),
  );
  if (blocks.length < 2) return alone;
  const together = range(1 + (inParts[0]?.[0]?.length ?? 0)).map((round) =>
    blocks.flatMap((block, index) => {
      if (round > index) return (inParts[index] ?? []).flatMap((rounds) => cycle(rounds, round - index - 1));
      const after = blocks.slice(index + 1).flatMap((later) => later.nodes);
      return round < index || after.length === 0 ? [] : linkBlock(block, after, peers);
    }),
  );
  return [...alone, ...together];
}

/** The simple graph of each of P groups, side by side, and the hypercube across them, n = P Q (algorithm 3). */
function productForm(nodes: readonly number[], peers: number): Rounds {
  const {rest} = smallFactors(nodes.length, peers + 1);
  const groups = runs(nodes, rest).map((group) => simpleBase(group, peers));
  const inside = range(groups[0]?.length ?? 0).map((round) =>
    groups.flatMap((rounds) => rounds[round] ?? []),
  );
  const acrossOf = range(rest).map((first) =>
    hyperHypercube(
      nodes.filter((_, position) => position % rest === first),
      peers,
    ),
  );
  const across = range(acrossOf[0]?.length ?? 0).map((round) =>
    acrossOf.flatMap((rounds) => rounds[round] ?? []),
  );
  return [...inside, ...across];
}

/**
 * The Base-(k+1) graph: phases of symmetric, doubly stochastic mixing in which nobody has more than `peers`
 * neighbours and whose product is the mean over all, for any number of nodes, in at most 2 log_(k+1)(n) + 2 phases.
 * @param nodes n >= 1
 * @param peers k, in 1 .. 4
 * @see Takezawa et al., Beyond exponential graph (NeurIPS 2023), algorithms 1 to 3
 */
export function baseGraph(nodes: number, peers: number): readonly Phase[] {
  const simple = simpleBase(range(nodes), peers);
  const product = productForm(range(nodes), peers);
  const shorter = product.length <= simple.length ? product : simple;
  return shorter.map((links) => phaseOfLinks(nodes, links));
}
