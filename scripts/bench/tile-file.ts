import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {builtModule} from "./built.ts";
import {type Figure, leastOf, RUNS} from "./figure.ts";

type Writer = typeof import("../../src/data/writers/hdf5-tiles.ts");
type Reader = typeof import("../../src/data/readers/hdf5/hdf5-tiles.ts");

const TILES = 10_000;
const DIMENSION = 1024;
const BAR_S = 2;

/** Time to open a tile file of 10,000 x 1,024 features (float32, contiguous) and to read all of it. */
export async function measureTileFile(): Promise<Figure> {
  const {openTileFileWriter} = await builtModule<Writer>("data/writers/hdf5-tiles");
  const {openHdf5Tiles} = await builtModule<Reader>("data/readers/hdf5/hdf5-tiles");
  const folder = await mkdtemp(join(tmpdir(), "consilium-bench-"));
  try {
    const path = join(folder, "tiles.h5");
    const features = Float32Array.from({length: TILES * DIMENSION}, (_, index) => (index % 1009) / 1009);
    const coordinates = new Float32Array(2 * TILES);
    const facts = {dimension: DIMENSION, extractor: "bench", tileSizeUm: 256, tileSizePx: 224};
    await (await openTileFileWriter())(path, {tiles: TILES, features, coordinates, ...facts});
    const rows = Uint32Array.from({length: TILES}, (_, row) => row);
    const into = new Float32Array(TILES * DIMENSION);
    const runs: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const startMs = performance.now();
      const file = await openHdf5Tiles({path, name: "tiles.h5"});
      await file.read(rows, into);
      await file.close();
      runs.push((performance.now() - startMs) / 1000);
    }
    return leastOf("data/h5-10000x1024-s", "s", runs, BAR_S);
  } finally {
    await rm(folder, {recursive: true});
  }
}
