import {at} from "../../core/index.ts";
import {layoutSize} from "../../parameters/index.ts";
import type {TileFigures} from "../bag-pooling.ts";
import {type BagRun, type BagTiles, bagRuns, bagTilesOf, gatherTiles} from "../bag-tiles.ts";
import {sigmoid} from "../binary-cross-entropy.ts";
import {requireBags, requireBatch, requireInputs} from "../shape-check.ts";
import type {Examples, Model} from "../types.ts";
import type {TfjsHandle} from "./tfjs-handle.ts";
import type {TileNetwork} from "./tfjs-tile-network.ts";

/** Number of tiles that are computed together: 16 MiB of 1,024 features, enough to fill a matrix product. */
const MAX_TILES_AT_ONCE = 4096;

/** Tiles that are computed in portions. */
interface TileSupply {
  readonly count: number;
  /** `[end - start, features]`. */
  range(start: number, end: number): Float32Array;
}

function figuresOf(
  {tf}: TfjsHandle,
  network: TileNetwork,
  parameters: Float32Array,
  {count, range}: TileSupply,
): TileFigures {
  const logits = new Float32Array(count);
  const attention = network.hasAttention ? new Float32Array(count) : null;
  for (let start = 0; start < count; start += MAX_TILES_AT_ONCE) {
    const end = Math.min(count, start + MAX_TILES_AT_ONCE);
    tf.tidy(() => {
      const tiles = tf.tensor2d(range(start, end), [end - start, network.featureWidth]);
      const pass = network.forward(parameters, tiles);
      logits.set(pass.logits, start);
      if (pass.attention !== null) attention?.set(pass.attention, start);
    });
  }
  return {attention, logits};
}

/** Adds the gradient of a run's share of the batch's loss to `into`, and returns that share. */
function addRun(
  {tf}: TfjsHandle,
  network: TileNetwork,
  step: {readonly parameters: Float32Array; readonly batch: Examples; readonly into: Float32Array},
  {tiles, run}: {readonly tiles: BagTiles; readonly run: BagRun},
): number {
  const {parameters, batch, into} = step;
  const bounds = tiles.starts.subarray(run.first, run.end + 1);
  const first = at(bounds, 0);
  const starts = bounds.map((start) => start - first);
  const positions = tiles.positions.subarray(first, bounds.at(-1));
  return tf.tidy(() => {
    const values = gatherTiles(batch.values, network.featureWidth, positions);
    const pass = network.forward(parameters, tf.tensor2d(values, [positions.length, network.featureWidth]));
    const labels = batch.labels.subarray(run.first, run.end);
    const {loss, slopes} = network.pooling.loss({figures: pass, starts}, labels, 1 / batch.n);
    let offset = 0;
    for (const tensor of pass.backward(slopes)) {
      for (const value of tensor.dataSync<"float32">()) into[offset] = (into[offset++] as number) + value;
    }
    return loss;
  });
}

/**
 * Builds a {@link Model} whose examples are bags of tiles, on a tfjs backend. Padding is removed before any
 * computation, so it neither counts nor costs. Tiles are computed in portions of bounded size.
 */
export function buildBagModel(handle: TfjsHandle, network: TileNetwork): Model {
  const {layout, featureWidth, pooling} = network;
  const size = {parameters: layoutSize(layout), inputWidth: featureWidth};
  return {
    layout,
    runsOn: handle.name,
    lossAndGradient(parameters, batch, into) {
      requireBags(size, parameters, batch);
      requireBatch(size, batch, into);
      const tiles = bagTilesOf(batch, featureWidth);
      handle.activate();
      into.fill(0);
      let loss = 0;
      for (const run of bagRuns(tiles.starts, MAX_TILES_AT_ONCE)) {
        loss += addRun(handle, network, {parameters, batch, into}, {tiles, run});
      }
      return loss;
    },
    predict(parameters, bags) {
      requireBags(size, parameters, bags);
      const {positions, starts} = bagTilesOf(bags, featureWidth);
      handle.activate();
      const figures = figuresOf(handle, network, parameters, {
        count: positions.length,
        range: (start, end) => gatherTiles(bags.values, featureWidth, positions.subarray(start, end)),
      });
      return pooling.scores({figures, starts});
    },
    explain(parameters, tiles) {
      requireInputs(size, parameters, tiles);
      handle.activate();
      const {attention, logits} = figuresOf(handle, network, parameters, {
        count: tiles.n,
        range: (start, end) => tiles.values.subarray(start * featureWidth, end * featureWidth),
      });
      return {attention, scores: logits.map(sigmoid)};
    },
  };
}
