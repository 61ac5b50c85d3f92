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
      // V8 lets the young generation grow in steps of tens of MB as it sees fit, which is not what daemons keep.
      nodeFlags: ["--expose-gc", "--max-semi-space-size=4", "--import", PROBE],
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
    for (const kind of ["rss", "heapUsed", "arrayBuffers"] as const) {
      // All four together: what leaks in one leaks in all, and a frame in flight at one is a tenth of its buffers.
      const course = samples.map((sample) => sample.reduce((sum, memory) => sum + memory[kind], 0));
      const text = course.map((bytes) => (bytes / 1e6).toFixed(2)).join(", ");
      console.log(`${kind} of four daemons in MB at rounds ${SAMPLED.join(", ")}: ${text}`);
      expect(Math.max(...course.slice(1)), `${kind}: ${text}`).toBeLessThanOrEqual(1.1 * (course[0] ?? 0));
    }
  });
});
