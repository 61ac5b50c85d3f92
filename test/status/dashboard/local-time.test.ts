import fc from "fast-check";
import {describe, expect, it} from "vitest";
import type {ReleasesAnswer} from "../../../src/status/answers/list-answers.ts";
import {
  clockText,
  hourOfMidnight,
  momentText,
  startOfDay,
} from "../../../src/status/dashboard/client/local-time.ts";
import {sentToday} from "../../../src/status/dashboard/client/views/releases-view.ts";

const HOUR_MS = 3_600_000;
const at = (text: string): number => Date.parse(text);

describe("the reader's own time", () => {
  it("begins a day at midnight where the reader is, also when the clocks change", () => {
    const begins = (moment: string, zone: string): string =>
      new Date(startOfDay(at(moment), zone)).toISOString();
    expect(begins("2026-11-29T23:30:00Z", "UTC")).toBe("2026-11-29T00:00:00.000Z");
    expect(begins("2026-11-29T23:30:00Z", "Europe/Berlin")).toBe("2026-11-29T23:00:00.000Z");
    expect(begins("2026-07-29T21:59:59Z", "Europe/Berlin")).toBe("2026-07-28T22:00:00.000Z");
    expect(begins("2026-11-29T23:30:00Z", "America/Los_Angeles")).toBe("2026-11-29T08:00:00.000Z");
    expect(begins("2026-11-29T23:30:00Z", "Asia/Kolkata")).toBe("2026-11-29T18:30:00.000Z");
    // Clocks were put forward at 01:00 UTC, and back.
    expect(begins("2026-03-29T12:00:00Z", "Europe/Berlin")).toBe("2026-03-28T23:00:00.000Z");
    expect(begins("2026-10-25T12:00:00Z", "Europe/Berlin")).toBe("2026-10-24T22:00:00.000Z");
  });

  it("is never further from midnight than a day and an hour, and the clock says so then", () => {
    const zones = [
      "UTC",
      "Europe/Berlin",
      "America/St_Johns",
      "Asia/Kathmandu",
      "Pacific/Kiritimati",
      "Pacific/Pago_Pago",
    ];
    fc.assert(
      fc.property(
        fc.integer({min: 1_600_000_000, max: 1_900_000_000}),
        fc.constantFrom(...zones),
        (seconds, zone) => {
          const ms = seconds * 1000;
          const start = startOfDay(ms, zone);
          expect(clockText(start, zone)).toBe("00:00");
          expect(ms - start).toBeGreaterThanOrEqual(0);
          expect(ms - start).toBeLessThan(25 * HOUR_MS);
          expect(start - hourOfMidnight(ms, zone)).toBeLessThan(HOUR_MS);
          expect(hourOfMidnight(ms, zone) % HOUR_MS).toBe(0);
        },
      ),
      {numRuns: 60},
    );
  });

  it("is told with the day where that is another one", () => {
    const reader = {nowMs: at("2026-11-30T10:00:00Z"), zone: "Europe/Berlin"};
    expect(momentText(at("2026-11-30T08:05:59Z"), reader)).toBe("09:05");
    expect(momentText(at("2026-11-29T22:59:00Z"), reader)).toBe("2026-11-29 23:59");
  });

  it("adds up what left since midnight there", () => {
    const row = (day: string, hour: number | null, bytes: number) =>
      ({day, hour, peer: "south", kind: "update", messages: 1, bytes}) as const;
    const data = [
      row("2026-11-28", null, 1),
      row("2026-11-29", 17, 2),
      row("2026-11-29", 18, 4),
      row("2026-11-29", 22, 8),
      row("2026-11-29", 23, 16),
      row("2026-11-30", 0, 32),
    ];
    const releases: ReleasesAnswer = {schema: 1, data, meta: {count: data.length}};
    const nowMs = at("2026-11-30T00:30:00Z");
    const bytes = (zone: string): number | undefined => sentToday(releases, {nowMs, zone})?.bytes;
    expect(bytes("UTC")).toBe(32);
    expect(bytes("Europe/Berlin")).toBe(48);
    // 18:30 there is midnight: the hour in which it lies is counted whole.
    expect(bytes("Asia/Kolkata")).toBe(60);
    expect(bytes("America/Los_Angeles")).toBe(62);
    expect(sentToday(null, {nowMs, zone: "UTC"})).toBeNull();
  });
});
