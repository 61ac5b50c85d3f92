import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {
  type ChartPoint,
  type LineChart,
  type Look,
  lineChart,
  markupText,
  type PageMarkup,
  written,
} from "../../src/drawing/index.ts";
import {find} from "../status/dashboard/shown-page.ts";

const LOOK: Look = {
  colour: (name) => name,
  width: 360,
  plotHeight: 152,
  isNarrow: true,
  note: null,
  prefix: "x",
};
const STYLE = {colour: "s0", width: 2, dash: "none"} as const;
const numbersIn = (path: string): readonly number[] => [...path.matchAll(/-?[\d.]+/g)].map(Number);

function chartOf(
  points: readonly ChartPoint[],
  changes: Partial<LineChart> = {},
  look = LOOK,
): PageMarkup | null {
  return lineChart(look, {
    caption: {id: "loss", title: "Loss", description: "described"},
    series: [{label: null, style: STYLE, points}],
    xLabel: "round",
    xKind: "rounds",
    yTitle: null,
    yKind: "linear",
    bounds: [-Infinity, Infinity],
    ...changes,
  });
}

const ofValues = (values: readonly (number | null)[], changes: Partial<LineChart> = {}): PageMarkup => {
  const drawn = chartOf(
    values.map((y, place) => ({x: place + 1, y, low: null, high: null})),
    changes,
  );
  if (drawn === null) throw new Error("nothing is drawn");
  return drawn;
};

/** Lengths of the lines, without their bands, in points. */
const linesIn = (drawn: PageMarkup): readonly number[] =>
  find(drawn, "path")
    .filter(({attributes}) => attributes["fill"] === "none")
    .map(({attributes}) => numbersIn(attributes["d"] ?? "").length / 2);

describe("a line", () => {
  it("breaks where a figure is missing, and shows one that stands alone as a dot", () => {
    const values = [0.5, 0.4, null, 0.3, null, ...Array.from({length: 12}, (_, place) => 0.2 + place / 100)];
    const drawn = ofValues(values);
    expect(linesIn(drawn)).toEqual([2, 1, 12]);
    expect(find(drawn, "circle")).toHaveLength(1);
    expect(find(ofValues([0.5, 0.4, null, 0.3]), "circle")).toHaveLength(3);
  });

  it("leaves out what a logarithm does not have", () => {
    const drawn = ofValues([0.1, 0, -1, Number.NaN, 0.01], {yKind: "log"});
    expect(linesIn(drawn)).toEqual([1, 1]);
    expect(written(drawn)).not.toMatch(/NaN|Infinity/);
  });

  it("is not drawn without a figure", () => {
    expect(chartOf([{x: 1, y: null, low: null, high: null}])).toBeNull();
    expect(chartOf([{x: 1, y: 0, low: null, high: null}], {yKind: "log"})).toBeNull();
  });

  it("stays within its frame with its band, whatever the figures are", () => {
    const unit = fc.double({min: 0, max: 1, noNaN: true});
    const point = fc.record({y: fc.option(unit), spread: unit});
    fc.assert(
      fc.property(fc.array(point, {maxLength: 60}), (given) => {
        const points = given.map(({y, spread}, place) =>
          y === null
            ? {x: place + 1, y, low: null, high: null}
            : {x: place + 1, y, low: Math.max(0, y - spread), high: Math.min(1, y + spread)},
        );
        const drawn = chartOf(points, {bounds: [0, 1]});
        expect(drawn === null).toBe(given.every(({y}) => y === null));
        if (drawn === null) return;
        for (const {attributes} of find(drawn, "path")) {
          numbersIn(attributes["d"] ?? "").forEach((number, index) => {
            expect(number).toBeGreaterThanOrEqual(index % 2 === 0 ? 46 : 9.9);
            expect(number).toBeLessThanOrEqual(index % 2 === 0 ? 346 : 162.1);
          });
        }
        expect(written(drawn)).not.toMatch(/NaN|Infinity/);
      }),
    );
  });
});

it("labels at the ends of lines do not overlap, and stay beside the plot", () => {
  const wide: Look = {...LOOK, width: 760, plotHeight: 278, isNarrow: false};
  fc.assert(
    fc.property(fc.array(fc.double({min: 0, max: 1, noNaN: true}), {minLength: 1, maxLength: 15}), (ends) => {
      const series = ends.map((y, place) => ({
        label: `line ${place}`,
        style: STYLE,
        points: [{x: 0, y, low: null, high: null}],
      }));
      const drawn = chartOf([], {series}, wide);
      if (drawn === null) throw new Error("nothing is drawn");
      const labels = find(drawn, "text").filter((text) => markupText(text).startsWith("line "));
      expect(labels).toHaveLength(ends.length);
      const heights = labels.map(({attributes}) => Number(attributes["y"])).sort((a, b) => a - b);
      heights.slice(1).forEach((y, place) => expect(y - (heights[place] ?? y)).toBeGreaterThan(15.9));
      expect(heights.at(-1)).toBeLessThanOrEqual(10 + 278 + 4.1);
    }),
  );
});
