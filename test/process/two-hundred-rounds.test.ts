import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {type Consortium, createConsortium, type Site} from "./consortium.ts";
import {passed, startAll} from "./progress.ts";

const PROBE = new URL("./memory-probe.mjs", import.meta.url).href;
const ROUNDS = 200;
const SAMPLED = [50, 100, 150, ROUNDS];
/** Rounds before each sampled one that are read too: frames on their way come and go, what is kept stays. */
const WINDOW = 4;
const LIMIT_MS = 300_000;

interface Memory {
  /** Of the whole process, compute thread included, in bytes. */
  readonly rss: number;
  readonly heapUsed: number;
  /** Buffers alive outside the heap. */
  readonly arrayBuffers: number;
}

/** What a daemon holds at its emptiest moment: a leak raises this, a frame in flight does not. */
function least(readings: readonly (Memory | undefined)[]): Memory {
  const of = (kind: keyof Memory) => Math.min(...readings.map((reading) => reading?.[kind] ?? Number.NaN));
  return {rss: of("rss"), heapUsed: of("heapUsed"), arrayBuffers: of("arrayBuffers")};
}

describe("four daemons over two hundred rounds", () => {
  let consortium: Consortium;
  beforeAll(async () => {
    consortium = await createConsortium({
      sites: ["north", "south", "east", "west"],
      rounds: ROUNDS,
      localSteps: 2,
      deadline: {minimumSeconds: 0.5, maximumSeconds: 20},
      nodeFlags: ["--expose-gc", "--import", PROBE],
    });
  });
  afterAll(() => consortium.close());

  const memoryOf = (site: Site): Promise<Memory> => {
    const before = site.daemon?.lines.length ?? 0;
    site.daemon?.signal("SIGUSR2");
    return consortium.until(`the memory of ${site.name}`, LIMIT_MS, () => {
      const line = site.daemon?.lines.slice(before).find((text) => text.startsWith("memory "));
      return line === undefined ? null : (JSON.parse(line.slice(7)) as Memory);
    });
  };

  it("hold no more memory and no more buffers at the end than at a quarter, within 10 %", {
    timeout: LIMIT_MS + 60_000,
  }, async () => {
    const {sites} = consortium;
    await startAll(consortium, sites);
    const samples: Memory[][] = [];
    for (const sampled of SAMPLED) {
      const window: Memory[][] = [];
      for (let round = sampled - WINDOW; round <= sampled; round++) {
        await passed(consortium, {sites, round: round - 1, limitMs: LIMIT_MS});
        window.push(await Promise.all(sites.map(memoryOf)));
      }
      samples.push(sites.map((_, index) => least(window.map((row) => row[index]))));
    }
    const [first = [], ...later] = samples;
    for (const [index, site] of sites.entries()) {
      for (const kind of ["rss", "heapUsed", "arrayBuffers"] as const) {
        const course = samples.map((sample) => Math.round((sample[index]?.[kind] ?? 0) / 1e4) / 100);
        const most = Math.max(...later.map((sample) => sample[index]?.[kind] ?? Number.NaN));
        expect(
          most,
          `${site.name}: ${kind} in MB at rounds ${SAMPLED.join(", ")}: ${course.join(", ")}`,
        ).toBeLessThanOrEqual(1.1 * (first[index]?.[kind] ?? 0));
      }
    }
  });
});
