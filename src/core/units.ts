import {at} from "./at.ts";

const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** Formats `sizeBytes` for people, in powers of 1000: `1.3 MB`. */
export function formatBytes(sizeBytes: number): string {
  const power = sizeBytes < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(sizeBytes) / 3));
  const value = sizeBytes / 1000 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${at(BYTE_UNITS, power)}`;
}

/** Formats `seconds` for people: `0.8 s`, `42 s`, `3 min 5 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
