import type {BagModelSpec, GatedAttentionMilSpec, TileMlpSpec} from "../../src/model/index.ts";
import type {Tiles} from "./sample-bags.ts";
import {valueAt} from "./value-at.ts";

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

/** Takes weights and biases from a flat vector, in double precision. */
function reader(parameters: ArrayLike<number>) {
  let offset = 0;
  const take = (count: number): number[] =>
    Array.from({length: count}, (_, index) => valueAt(parameters, offset + index));
  return {
    layer(fanIn: number, fanOut: number, hasBias = true): (input: readonly number[]) => number[] {
      const weight = take(fanIn * fanOut);
      offset += fanIn * fanOut;
      const bias = hasBias ? take(fanOut) : Array.from({length: fanOut}, () => 0);
      if (hasBias) offset += fanOut;
      return (input) =>
        bias.map((value, column) =>
          input.reduce((sum, entry, row) => sum + entry * valueAt(weight, row * fanOut + column), value),
        );
    },
  };
}

/** Softmax probability of class 1 of each tile. */
function tileProbabilities(spec: TileMlpSpec, parameters: ArrayLike<number>, bag: Tiles): number[] {
  const {layer} = reader(parameters);
  const widths = [bag[0]?.length ?? 0, ...spec.hidden, 2];
  const layers = widths.slice(1).map((fanOut, index) => layer(valueAt(widths, index), fanOut));
  const activate = spec.activation === "tanh" ? Math.tanh : (value: number) => Math.max(0, value);
  return bag.map((tile) => {
    let value: number[] = [...tile];
    layers.forEach((apply, index) => {
      value = apply(index === 0 ? value : value.map(activate));
    });
    const [no, yes] = value.map(Math.exp);
    return (yes ?? Number.NaN) / ((yes ?? Number.NaN) + (no ?? Number.NaN));
  });
}

/** Attention weights and probability of a bag, as the paper writes them: z = sum_t a_t h_t is formed. */
export function gatedAttention(
  spec: GatedAttentionMilSpec,
  parameters: ArrayLike<number>,
  bag: Tiles,
): {readonly weights: number[]; readonly probability: number} {
  const {layer} = reader(parameters);
  const embed = layer(bag[0]?.length ?? 0, spec.embedding);
  const tanh = layer(spec.embedding, spec.attention);
  const gate = layer(spec.embedding, spec.attention);
  const score = layer(spec.attention, 1, false);
  const classify = layer(spec.embedding, 1);
  const embedded = bag.map((tile) => embed(tile).map((value) => Math.max(0, value)));
  const exponentials = embedded.map((h) => {
    const gates = gate(h).map(sigmoid);
    const gated = tanh(h).map((value, index) => Math.tanh(value) * valueAt(gates, index));
    return Math.exp(valueAt(score(gated), 0));
  });
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  const weights = exponentials.map((value) => value / total);
  const pooled = Array.from({length: spec.embedding}, (_, column) =>
    embedded.reduce((sum, h, tile) => sum + valueAt(weights, tile) * valueAt(h, column), 0),
  );
  return {weights, probability: sigmoid(valueAt(classify(pooled), 0))};
}

/** Probability of label 1 for one bag, by plain loops in double precision: the yardstick of the backends. */
export function referenceBagScore(spec: BagModelSpec, parameters: ArrayLike<number>, bag: Tiles): number {
  if (spec.architecture === "gated-attention-mil") return gatedAttention(spec, parameters, bag).probability;
  return tileProbabilities(spec, parameters, bag).reduce((sum, value) => sum + value, 0) / bag.length;
}

/** Mean over bags of the cross-entropy: of the bag, or the mean of its tiles'. */
export function referenceBagLoss(
  spec: BagModelSpec,
  parameters: ArrayLike<number>,
  {bags, labels}: {readonly bags: readonly Tiles[]; readonly labels: Uint8Array},
): number {
  const losses = bags.map((bag, index) => {
    const probabilities =
      spec.architecture === "gated-attention-mil"
        ? [gatedAttention(spec, parameters, bag).probability]
        : tileProbabilities(spec, parameters, bag);
    const sum = probabilities.reduce((total, p) => total - Math.log(labels[index] === 1 ? p : 1 - p), 0);
    return sum / probabilities.length;
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}
