import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {createRandom, errorLine, isCoded, type Random} from "../../../src/core/index.ts";
import {type PartitionSpec, partitionRows} from "../../../src/data/index.ts";

const randomOf = (seed: number): Random => createRandom({seed, site: "", round: 0, purpose: "test"});

/** `count` rows of `classes` classes in turn. */
const labelsOf = (count: number, classes: number): Uint8Array =>
  Uint8Array.from({length: count}, (_, row) => row % classes);

const deals = fc.record({nodes: fc.integer({min: 1, max: 40}), minimum: fc.integer({min: 1, max: 12})});

/** Ways of dealing that can always honour the minimum when there are enough rows. */
const tolerant: fc.Arbitrary<PartitionSpec> = fc.oneof(
  fc
    .tuple(deals, fc.constantFrom("iid", "linear", "square", "exponential"))
    .map(([deal, type]) => ({...deal, type})),
  fc
    .tuple(deals, fc.constantFrom(0.001, 0.1, 1, 50), fc.boolean())
    .map(([deal, alpha, selfBalancing]) => ({...deal, type: "dirichlet" as const, alpha, selfBalancing})),
);
const strict: fc.Arbitrary<PartitionSpec> = fc.oneof(
  fc
    .tuple(deals, fc.integer({min: 1, max: 4}))
    .map(([deal, shardsPerNode]) => ({...deal, type: "shard" as const, shardsPerNode})),
  fc
    .tuple(deals, fc.integer({min: 1, max: 4}))
    .map(([deal, classesPerNode]) => ({...deal, type: "pathological" as const, classesPerNode})),
);
const labels = fc
  .tuple(fc.integer({min: 1, max: 12}), fc.integer({min: 0, max: 600}), fc.nat())
  .map(([classes, count, seed]) => {
    const random = randomOf(seed);
    return Uint8Array.from({length: count}, () => random.below(classes));
  });

/** Each row once, as many nodes as asked, none below the minimum. */
function expectDealt(dealt: readonly (readonly number[])[], spec: PartitionSpec, rows: number): void {
  expect(dealt).toHaveLength(spec.nodes);
  expect(dealt.flat().sort((a, b) => a - b)).toEqual(Array.from({length: rows}, (_, row) => row));
  expect(Math.min(...dealt.map((own) => own.length))).toBeGreaterThanOrEqual(spec.minimum);
}

/** What `spec` deals, or undefined when that is refused as impossible. */
function tried(
  spec: PartitionSpec,
  rows: Uint8Array,
  seed: number,
): readonly (readonly number[])[] | undefined {
  try {
    return partitionRows(spec, rows, randomOf(seed));
  } catch (error) {
    if (isCoded(error, "DATA_PARTITION_IMPOSSIBLE")) return undefined;
    throw error;
  }
}

/** Share of its most frequent class at each node, averaged over nodes. */
function meanLargestShare(dealt: readonly (readonly number[])[], of: Uint8Array): number {
  const shares = dealt.map((rows) => {
    const counts = new Map<number, number>();
    for (const row of rows) counts.set(of[row] ?? 0, (counts.get(of[row] ?? 0) ?? 0) + 1);
    return Math.max(...counts.values()) / rows.length;
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

describe("a partition", () => {
  it("uses each row exactly once and honours the minimum whenever there are enough rows", () => {
    fc.assert(
      fc.property(tolerant, labels, fc.nat(), (spec, rows, seed) => {
        fc.pre(rows.length >= spec.nodes * spec.minimum);
        expectDealt(partitionRows(spec, rows, randomOf(seed)), spec, rows.length);
      }),
      {numRuns: 300},
    );
  });

  it("of shards or few classes either honours the minimum or is refused", () => {
    let dealt = 0;
    fc.assert(
      fc.property(strict, labels, fc.nat(), (spec, rows, seed) => {
        const nodes = tried(spec, rows, seed);
        if (nodes === undefined) return;
        expectDealt(nodes, spec, rows.length);
        dealt += 1;
      }),
      {numRuns: 300, seed: 1},
    );
    expect(dealt).toBeGreaterThan(50);
  });

  it("is the same for the same seed, and another for another", () => {
    fc.assert(
      fc.property(fc.oneof(tolerant, strict), fc.nat(), (spec, seed) => {
        const all = {...spec, nodes: 5, minimum: 1};
        const rows = labelsOf(200, 4);
        const first = partitionRows(all, rows, randomOf(seed));
        expect(partitionRows(all, rows, randomOf(seed))).toEqual(first);
        expect(partitionRows(all, rows, randomOf(seed + 1))).not.toEqual(first);
      }),
    );
  });
});

describe("a Dirichlet partition", () => {
  const rows = labelsOf(20_000, 10);
  const dealt = (alpha: number, seed: number, selfBalancing = false) =>
    partitionRows({type: "dirichlet", nodes: 20, minimum: 10, alpha, selfBalancing}, rows, randomOf(seed));

  it("approaches the uniform one as alpha grows", () => {
    const sizes = dealt(1e6, 1).map((own) => own.length);
    expect(Math.max(...sizes)).toBeLessThan(1.02 * 1000);
    expect(Math.min(...sizes)).toBeGreaterThan(0.98 * 1000);
    expect(meanLargestShare(dealt(1e6, 1), rows)).toBeLessThan(0.11);
  });

  it("leaves each node mostly one class of ten at alpha .1", () => {
    const shares = [1, 2, 3, 4, 5].map((seed) => meanLargestShare(dealt(0.1, seed), rows));
    for (const share of shares) expect(share).toBeGreaterThan(0.55);
    expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeGreaterThan(0.6);
  });

  it("has the variance of its distribution: a node's share of a class has (n - 1) / n^2 / (a n + 1)", () => {
    // Var of one of n shares of the symmetric Dirichlet distribution of concentration a, here n = 20, a = .5.
    const shares = Array.from({length: 40}, (_, seed) => dealt(0.5, seed)).flatMap((nodes) =>
      nodes.flatMap((own) =>
        Array.from({length: 10}, (_, label) => own.filter((row) => rows[row] === label).length / 2000),
      ),
    );
    const variance = shares.reduce((sum, share) => sum + (share - 1 / 20) ** 2, 0) / shares.length;
    expect(variance / (19 / 20 ** 2 / 11)).toBeCloseTo(1, 0.9);
  });

  it("that balances itself gives no node much more than its share", () => {
    const largest = (nodes: readonly (readonly number[])[]): number =>
      Math.max(...nodes.map((own) => own.length));
    expect(largest(dealt(0.1, 3, true))).toBeLessThanOrEqual(3000);
    expect(largest(dealt(0.1, 3, true))).toBeLessThan(largest(dealt(0.1, 3)));
  });
});

describe("the other partitions", () => {
  const sizes = (spec: PartitionSpec, count: number, classes = 2): readonly number[] =>
    partitionRows(spec, labelsOf(count, classes), randomOf(1)).map((own) => own.length);

  it("have the sizes that their names say", () => {
    expect(sizes({type: "iid", nodes: 4, minimum: 1}, 10)).toEqual([2, 3, 2, 3]);
    expect(sizes({type: "linear", nodes: 4, minimum: 1}, 100)).toEqual([10, 20, 30, 40]);
    expect(sizes({type: "square", nodes: 3, minimum: 1}, 140)).toEqual([10, 40, 90]);
    // e, e^2, e^3 of their sum are .0900, .2447 and .6652.
    expect(sizes({type: "exponential", nodes: 3, minimum: 1}, 1000)).toEqual([90, 245, 665]);
    expect(sizes({type: "exponential", nodes: 1000, minimum: 2}, 2500)).toHaveLength(1000);
  });

  it("of classes give each node so many, and every class to some node", () => {
    const labels = labelsOf(1000, 10);
    const spec = {type: "pathological", nodes: 16, minimum: 5, classesPerNode: 3} as const;
    const classes = partitionRows(spec, labels, randomOf(2)).map(
      (own) => new Set(own.map((row) => labels[row])),
    );
    expect(classes.map(({size}) => size)).toEqual(Array.from({length: 16}, () => 3));
    const holders = labelsOf(10, 10).map((label) => classes.filter((own) => own.has(label)).length);
    expect([Math.min(...holders), Math.max(...holders)]).toEqual([4, 5]);
  });

  it("of shards give each node few classes", () => {
    const labels = labelsOf(1000, 10);
    const dealt = partitionRows(
      {type: "shard", nodes: 10, minimum: 100, shardsPerNode: 2},
      labels,
      randomOf(2),
    );
    for (const own of dealt) expect(new Set(own.map((row) => labels[row])).size).toBeLessThanOrEqual(2);
  });

  it.each<[string, PartitionSpec, number, string]>([
    [
      "too few rows",
      {type: "iid", nodes: 20, minimum: 10},
      100,
      "partition iid: cannot deal 100 rows to 20 nodes with at least 10 each. Have fewer nodes or a smaller minimum.",
    ],
    [
      "shards too small",
      {type: "shard", nodes: 10, minimum: 15, shardsPerNode: 10},
      150,
      "partition shard: of 150 rows at 10 nodes, one node gets 12, below the minimum of 15. Have fewer nodes or a smaller minimum.",
    ],
    [
      "too few classes",
      {type: "pathological", nodes: 2, minimum: 1, classesPerNode: 5},
      20,
      "partition pathological: there are 4 classes, fewer than 5 for a node. Lower classesPerNode.",
    ],
    [
      "classes for nobody",
      {type: "pathological", nodes: 3, minimum: 1, classesPerNode: 1},
      20,
      "partition pathological: 3 nodes of 1 classes leave some of 4 to nobody. Raise classesPerNode or nodes.",
    ],
  ])("say in one line what is impossible: %s", (_, spec, count, line) => {
    let told = "dealt";
    try {
      partitionRows(spec, labelsOf(count, 4), randomOf(1));
    } catch (error) {
      told = errorLine(error);
    }
    expect(told).toBe(`DATA_PARTITION_IMPOSSIBLE: ${line}`);
  });
});
