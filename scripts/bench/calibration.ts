import {createHash} from "node:crypto";
import {closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync} from "node:fs";
import {cpus, loadavg, tmpdir, totalmem} from "node:os";
import {join} from "node:path";
import {median, rounded} from "./figure.ts";

/** The machine that figures were measured on, as it was then. */
export interface Calibration {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
  readonly platform: string;
  /** Mean number of runnable processes in the minute before, of whoever else uses the machine. */
  readonly load: number;
  readonly memoryCopyGbPerS: number;
  readonly sha256MbPerS: number;
  /** Median time of an fsync after an append of 4 KiB, in the folder for temporary files. */
  readonly syncMs: number;
}

const REPEATS = 5;
const SYNCS = 51;
const COPY_BYTES = 100_000_000;
const HASH_BYTES = 50_000_000;

function bestMs(action: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const startMs = performance.now();
    action();
    best = Math.min(best, performance.now() - startMs);
  }
  return best;
}

function syncMs(): number {
  const folder = mkdtempSync(join(tmpdir(), "consilium-bench-"));
  const file = openSync(join(folder, "appended"), "a");
  const block = new Uint8Array(4096);
  const times: number[] = [];
  for (let sync = 0; sync < SYNCS; sync++) {
    writeSync(file, block);
    const startMs = performance.now();
    fsyncSync(file);
    times.push(performance.now() - startMs);
  }
  closeSync(file);
  rmSync(folder, {recursive: true});
  return median(times);
}

/** Measures the machine. */
export function calibrate(): Calibration {
  const source = new Uint8Array(COPY_BYTES).fill(1);
  const target = new Uint8Array(COPY_BYTES);
  const hashed = source.subarray(0, HASH_BYTES);
  const copyMs = bestMs(() => target.set(source));
  const hashMs = bestMs(() => createHash("sha256").update(hashed).digest());
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1e9),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    load: rounded(loadavg()[0] ?? 0),
    memoryCopyGbPerS: rounded(COPY_BYTES / copyMs / 1e6),
    sha256MbPerS: rounded(HASH_BYTES / hashMs / 1e3),
    syncMs: rounded(syncMs()),
  };
}
