import {readFile} from "node:fs/promises";
import {describe, expect, it} from "vitest";
import {dashboardUrl} from "./dashboard-url.ts";

const LEAST_CONTRAST = 4.5;
/** Text colours, each with what they stand on. */
const PAIRS: Readonly<Record<string, readonly string[]>> = {
  ink: ["page", "paper", "bad-back"],
  muted: ["page", "paper", "grid"],
  accent: ["paper"],
  paper: ["accent", "ink"],
  good: ["paper", "good-back"],
  warn: ["page", "paper", "warn-back"],
  bad: ["paper", "bad-back"],
};

/** Relative luminance (WCAG 2.2) of `#rrggbb`. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const sheet = await readFile(new URL("style.css", dashboardUrl), "utf8");
const [, light = "", dark = ""] = sheet.split(":root {");
const coloursIn = (text: string): ReadonlyMap<string, string> =>
  new Map(
    [...text.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map(([, name = "", colour = ""]) => [name, colour]),
  );

describe("text", () => {
  it("is measured as the standard's examples are", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 9);
    expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
  });

  it.each([
    ["light", coloursIn(light.split("}")[0] ?? "")],
    ["dark", coloursIn(dark.split("}")[0] ?? "")],
  ])("stands out 4.5 to 1 from what it stands on, in %s", (_, colours) => {
    for (const [text, grounds] of Object.entries(PAIRS)) {
      for (const ground of grounds) {
        const found = contrast(colours.get(text) ?? "", colours.get(ground) ?? "");
        expect(found, `${text} on ${ground}`).toBeGreaterThanOrEqual(LEAST_CONTRAST);
      }
    }
  });
});
