import {open} from "node:fs/promises";
import {join} from "node:path";
import {setFlagsFromString} from "node:v8";
import {runInNewContext} from "node:vm";
import {beforeAll, describe, expect, it} from "vitest";
import {type LocatedTask, patientTiles, readSite} from "../../src/data/index.ts";
import {featuresText, npyHeader, slidesWith} from "./slides.ts";

const TILES = 100_000;
const WIDTH = 256;
const FILE_BYTES = 4 * TILES * WIDTH;
const MOST_BYTES = 64e6;

let collectGarbage = (): void => undefined;

/** Bytes of all array buffers that are still in use. */
function bytesInUse(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

/** A patient with 100,000 tiles in one array of 102 MB, all 0 but for one in the last tile. */
async function largeSite(tilesPerPatient: number): Promise<LocatedTask & {site: string; variables: object}> {
  const query = await slidesWith({
    files: {"tiles.csv": `PATIENT,isMSIH\n${"anna,MSIH\n".repeat(TILES)}`},
    changes: {
      sites: "{leeds: {tiles: tiles.csv, features: features.npy}}",
      columns: "{patient: PATIENT}",
      features: featuresText({dimension: WIDTH, tilesPerPatient}),
    },
  });
  const file = await open(join(query.folder, "features.npy"), "w");
  const header = npyHeader("<f4", [TILES, WIDTH]);
  await file.write(header);
  // Nothing is written in between: the file system keeps no block for it.
  await file.truncate(header.length + FILE_BYTES);
  await file.write(Uint8Array.of(0, 0, 0x80, 0x3f), 0, 4, header.length + FILE_BYTES - 4);
  await file.close();
  return query;
}

describe("a patient with 100,000 tiles", () => {
  beforeAll(() => {
    setFlagsFromString("--expose-gc");
    const exposed: unknown = runInNewContext("gc");
    if (typeof exposed === "function") collectGarbage = () => void exposed();
  });

  it("is read for a heat map in slices whose memory is bounded", async () => {
    const {task, ...query} = await largeSite(512);
    if (task.kind !== "slides") throw new Error("the task is not of slides");
    const before = bytesInUse();
    let read = 0;
    let most = 0;
    let sum = 0;
    for await (const {slices} of patientTiles(task, {...query, task, variables: {}})) {
      for await (const {rows, features} of slices()) {
        expect(rows[0], "no tile is left out").toBe(read);
        read += rows.length;
        most = Math.max(most, bytesInUse() - before);
        for (let index = 0; index < features.length; index++) sum += features[index] ?? 0;
      }
    }
    expect(read).toBe(TILES);
    expect(sum, "the last tile was read").toBe(1);
    expect(most, `${most} bytes`).toBeLessThan(MOST_BYTES);
    expect(most, "what is counted").toBeGreaterThan(1e6);
  });

  it("keeps no more than the task's tiles, and no more is in use while they are read", async () => {
    const query = {...(await largeSite(512)), variables: {}};
    const before = bytesInUse();
    let most = 0;
    let isReading = true;
    const reading = readSite(query).finally(() => {
      isReading = false;
    });
    while (isReading) {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const table = await reading;
    expect(table.values.length).toBe(512 * WIDTH);
    expect(table.slides?.bags).toEqual([{label: 1, tiles: TILES}]);
    expect(most, `${most} bytes`).toBeLessThan(MOST_BYTES);
  });
});
