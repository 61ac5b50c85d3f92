import {tmpdir} from "node:os";
import {describe, expect, it} from "vitest";
import {createMetricRegistry, systemClock} from "../../src/core/index.ts";
import {createDiskMetrics, type DiskSpace} from "../../src/storage/disk-metrics.ts";

const NAMES = ["consilium_storage_free_bytes", "consilium_storage_size_bytes"];

const valuesOf = (text: string): string[] =>
  text.split("\n").filter((line) => NAMES.some((name) => line.startsWith(`${name} `)));

describe("the metrics of the disk", () => {
  it("are those of the disk with the directory", async () => {
    const registry = createMetricRegistry();
    await createDiskMetrics(registry, {path: tmpdir(), clock: systemClock});
    const [free = 0, size = 0] = valuesOf(registry.expose()).map((line) => Number(line.split(" ")[1]));
    expect(size).toBeGreaterThan(1024 ** 2);
    expect(free).toBeLessThanOrEqual(size);
  });

  it("are looked at once in ten seconds however often they are scraped, and never waited for", async () => {
    const registry = createMetricRegistry();
    let ms = 0;
    let looks = 0;
    let answer: (space: DiskSpace) => void = () => {};
    const clock = {...systemClock, nowMs: () => ms};
    const space = (): Promise<DiskSpace> => {
      looks += 1;
      if (looks === 1) return Promise.resolve({sizeBytes: 100, freeBytes: 50});
      return new Promise((resolve) => {
        answer = resolve;
      });
    };
    await createDiskMetrics(registry, {path: "/", clock, space});
    const scrape = (): string[] => valuesOf(registry.expose());
    const before = ["consilium_storage_free_bytes 50", "consilium_storage_size_bytes 100"];
    for (ms = 0; ms < 10_000; ms += 1000) expect(scrape()).toEqual(before);
    expect(looks).toBe(1);
    for (ms = 10_000; ms < 60_000; ms += 1000) expect(scrape(), "the disk hangs").toEqual(before);
    expect(looks).toBe(2);
    answer({sizeBytes: 100, freeBytes: 20});
    await new Promise((resolve) => setImmediate(resolve));
    expect(scrape()[0]).toBe("consilium_storage_free_bytes 20");
    expect(looks).toBe(2);
  });

  it("are NaN where the disk cannot be asked", async () => {
    const registry = createMetricRegistry();
    await createDiskMetrics(registry, {path: "/no/such/directory", clock: systemClock});
    expect(valuesOf(registry.expose())).toEqual(NAMES.map((name) => `${name} NaN`));
  });
});
