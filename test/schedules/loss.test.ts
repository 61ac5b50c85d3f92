import {describe, expect, it} from "vitest";
import {createRandom, type Random} from "../../src/core/index.ts";
import {type Mass, mixMass} from "../../src/parameters/index.ts";
import {baseGraph} from "../../src/schedules/base-graph.ts";

/*
 * What lost messages do to the mean: the reference's table 1.6, measured there apart (16 nodes, 20 values, Base-2, 64
 * phases, 20 seeds). The naive protocols live here only.
 */
const NODES = 16;
const VALUES = 20;
const PHASES = 64;
const SEEDS = 20;
const period = baseGraph(NODES, 1);

/** Whom each node meets in a phase; a power of two has one partner for everyone. */
const partnerOf = (phase: number, node: number): number =>
  period[phase % period.length]?.rows[node]?.[0]?.node ?? node;

interface Fate {
  /** Root mean square error of the mean, over values and seeds. */
  readonly drift: number;
  /** Root mean square distance of the nodes from their mean. */
  readonly consensus: number;
}

/** One seed's nodes: their estimates after every phase has been tried at `loss`. */
type Protocol = (start: readonly Mass[], isLost: () => boolean) => readonly Float64Array[];

function measure(protocol: Protocol, loss: number): Fate {
  let [drift, consensus] = [0, 0];
  for (let seed = 0; seed < SEEDS; seed++) {
    const random = createRandom({seed, site: "", round: 0, purpose: "loss"});
    const start = Array.from({length: NODES}, () => drawMass(random));
    const end = protocol(start, () => random.uniform() < loss);
    for (let value = 0; value < VALUES; value++) {
      const mean = start.reduce((sum, {values}) => sum + (values[value] ?? 0), 0) / NODES;
      const ended = end.map((values) => values[value] ?? 0);
      const endMean = ended.reduce((sum, each) => sum + each, 0) / NODES;
      drift += (endMean - mean) ** 2 / (SEEDS * VALUES);
      for (const each of ended) consensus += (each - endMean) ** 2 / (SEEDS * VALUES * NODES);
    }
  }
  return {drift: Math.sqrt(drift), consensus: Math.sqrt(consensus)};
}

/** Spread of about 2.6 about 0. */
function drawMass(random: Random): Mass {
  return {values: Float64Array.from({length: VALUES}, () => 2.6 * random.normal()), weight: 1};
}

const halved = ({values, weight}: Mass): Mass => ({
  values: values.map((value) => value / 2),
  weight: weight / 2,
});
const joined = (a: Mass, b: Mass): Mass => ({
  values: a.values.map((value, index) => value + (b.values[index] ?? 0)),
  weight: a.weight + b.weight,
});
const estimate = ({values, weight}: Mass): Float64Array => values.map((value) => value / weight);

/** Each averages with what arrives, and keeps its own where nothing does. */
const naiveSymmetric: Protocol = (start, isLost) => {
  let state = start;
  for (let phase = 0; phase < PHASES; phase++) {
    const before = state;
    state = before.map((own, node) => {
      const other = before[partnerOf(phase, node)];
      return other === undefined || isLost() ? own : joined(halved(own), halved(other));
    });
  }
  return state.map(estimate);
};

/** Each keeps half of its mass and sends half; what is lost is gone. */
const naivePushSum: Protocol = (start, isLost) => {
  let state = start;
  for (let phase = 0; phase < PHASES; phase++) {
    const before = state;
    state = before.map((own, node) => {
      const other = before[partnerOf(phase, node)];
      return other === undefined || isLost() ? halved(own) : joined(halved(own), halved(other));
    });
  }
  return state.map(estimate);
};

/** Both of a pair mix or neither does: the house's own step, on whichever pairs get all their messages through. */
const swapWithCommit: Protocol = (start, isLost) => {
  let state = start;
  for (let phase = 0; phase < PHASES; phase++) {
    const before = state;
    const hasFailed = before.map((_, node) => (node < partnerOf(phase, node) ? isLost() || isLost() : false));
    state = before.map((own, node) => {
      const partner = partnerOf(phase, node);
      const other = before[partner];
      if (other === undefined || hasFailed[Math.min(node, partner)] === true) return own;
      return mixMass(own, own, [{share: 0.5, mass: other}]);
    });
  }
  return state.map(estimate);
};

describe.each([
  [0.01, 3.7e-2, 3.2e-2],
  [0.1, 1.5e-1, 1.5e-1],
  [0.3, 2.7e-1, 3.2e-1],
])("with %d of all messages lost", (loss, symmetricDrift, pushSumDrift) => {
  it("naive gossip moves the mean, as far as the reference measured", () => {
    for (const [protocol, expected] of [
      [naiveSymmetric, symmetricDrift],
      [naivePushSum, pushSumDrift],
    ] as const) {
      const {drift} = measure(protocol, loss);
      expect(drift).toBeGreaterThan(expected / 2);
      expect(drift).toBeLessThan(expected * 2);
    }
  });

  it("a swap with commit keeps it exactly, and the nodes still agree", () => {
    const {drift, consensus} = measure(swapWithCommit, loss);
    expect(drift).toBeLessThan(1e-13);
    expect(consensus).toBeLessThan({0.01: 1e-12, 0.1: 1e-5, 0.3: 2e-2}[loss] ?? 0);
  });
});

describe("without loss", () => {
  it("all of them end in the exact mean", () => {
    for (const protocol of [naiveSymmetric, naivePushSum, swapWithCommit]) {
      const {drift, consensus} = measure(protocol, 0);
      expect(Math.max(drift, consensus)).toBeLessThan(1e-14);
    }
  });
});
