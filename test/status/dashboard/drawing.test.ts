import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {curveChart} from "../../../src/status/dashboard/client/line-chart.ts";
import {markupText, type PageMarkup} from "../../../src/status/dashboard/client/markup.ts";
import {linearChartScale, logChartScale, roundScale} from "../../../src/status/dashboard/client/scale.ts";
import {FIRST_STATE, reduce} from "../../../src/status/dashboard/client/state.ts";
import {topology} from "../../../src/status/dashboard/client/topology.ts";
import {pageView, titleOf} from "../../../src/status/dashboard/client/views/page-view.ts";
import {SAMPLE_NOW_MS, sampleRunView, sampleStatus} from "./sample-run.ts";
import {elementsIn, find, shown, stateOf} from "./shown-page.ts";

const numbersIn = (path: string): readonly number[] => [...path.matchAll(/-?[\d.]+/g)].map(Number);
const decimal = (min: number, max: number) => fc.double({min, max, noNaN: true});

describe("scales", () => {
  const range = {from: 160, to: 10};

  it("hold every value between their ends, at ticks that rise evenly", () => {
    fc.assert(
      fc.property(decimal(-1e6, 1e6), decimal(0, 1e6), decimal(0, 1), (low, span, share) => {
        const high = low + span;
        const {at, ticks} = linearChartScale({low, high, ...range});
        const place = at(low + share * span);
        expect(place).toBeGreaterThan(10 - 1e-3);
        expect(place).toBeLessThan(160 + 1e-3);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(7);
        expect(at(ticks[0] ?? NaN)).toBeCloseTo(160, 6);
        expect(at(ticks.at(-1) ?? NaN)).toBeCloseTo(10, 6);
      }),
    );
  });

  it("of logarithms hold every value between decades, with at most five ticks", () => {
    fc.assert(
      fc.property(decimal(-12, 3), decimal(0, 9), decimal(0, 1), (power, decades, share) => {
        const {at, ticks} = logChartScale({low: 10 ** power, high: 10 ** (power + decades), ...range});
        const place = at(10 ** (power + share * decades));
        expect(place).toBeGreaterThan(10 - 1e-3);
        expect(place).toBeLessThan(160 + 1e-3);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(5);
      }),
    );
  });

  it("of rounds have whole ticks within the rounds", () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 99_000}), fc.integer({min: 0, max: 4000}), (low, span) => {
        const {ticks} = roundScale({low, high: low + span, from: 0, to: 300});
        expect(ticks.length).toBeLessThanOrEqual(6);
        for (const tick of ticks) {
          expect(Number.isInteger(tick) && tick >= low && tick <= low + span, `${tick}`).toBe(true);
        }
      }),
    );
    expect(roundScale({low: 7, high: 7, from: 0, to: 300}).ticks).toEqual([7]);
  });
});

describe("a curve", () => {
  const chartOf = (values: readonly (number | null)[], scale: "linear" | "log" = "linear") =>
    curveChart({
      id: "x",
      title: "Loss",
      description: "described",
      points: values.map((value, round) => ({round, value})),
      scale,
    });

  it("breaks where a figure is withheld, and shows one that stands alone as a dot", () => {
    const chart = chartOf([0.5, 0.4, null, 0.3, null, 0.2, 0.1]);
    const paths = find(chart, "path", "curve").map(
      ({attributes}) => numbersIn(attributes["d"] ?? "").length / 2,
    );
    expect(paths).toEqual([2, 1, 2]);
    expect(find(chart, "circle", "dot")).toHaveLength(2);
    expect(find(chart, "path", "band")).toEqual([]);
  });

  it("leaves out what a logarithm does not have", () => {
    const chart = chartOf([0.1, 0, -1, Number.NaN, 0.01], "log");
    expect(find(chart, "path", "curve")).toHaveLength(2);
    expect(markupText(chart)).not.toMatch(/NaN|Infinity/);
  });

  it("says so when there is nothing to draw", () => {
    expect(markupText(chartOf([null, null]))).toBe("Loss described nothing to draw yet");
  });

  it("stays within its frame with its band, whatever the figures are", () => {
    const point = fc.record({value: fc.option(decimal(0, 1)), spread: decimal(0, 0.5)});
    fc.assert(
      fc.property(fc.array(point, {maxLength: 60}), (points) => {
        const drawn = curveChart({
          id: "x",
          title: "AUROC",
          description: "described",
          points: points.map(({value, spread}, round) =>
            value === null
              ? {round, value}
              : {round, value, low: Math.max(0, value - spread), high: Math.min(1, value + spread)},
          ),
          scale: "linear",
          bounds: {low: 0, high: 1},
        });
        for (const {attributes} of find(drawn, "path")) {
          numbersIn(attributes["d"] ?? "").forEach((number, index) => {
            expect(number).toBeGreaterThanOrEqual(index % 2 === 0 ? 46 : 9.9);
            expect(number).toBeLessThanOrEqual(index % 2 === 0 ? 348 : 162.1);
          });
        }
        expect(JSON.stringify(drawn)).not.toMatch(/NaN|Infinity/);
      }),
    );
  });
});

describe("the network", () => {
  it("is drawn so that no two labels meet, with 1 to 24 peers, up or down", () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 24}), fc.array(fc.nat({max: 23})), (peers, down) => {
        const drawing = topology(sampleStatus(sampleRunView({peers, rounds: 40, down})).node);
        const isDown = (place: number): boolean => down.includes(place);
        const places = Array.from({length: peers}, (_, place) => place);
        expect(find(drawing, "line", "link down")).toHaveLength(places.filter(isDown).length);
        expect(find(drawing, "path", "cross")).toHaveLength(places.filter(isDown).length);
        expect(find(drawing, "line", "link up")).toHaveLength(places.filter((at) => !isDown(at)).length);
        const labels = find(drawing, "text").filter(({attributes}) => attributes["class"] === undefined);
        expect(labels).toHaveLength(peers);
        for (const side of ["start", "end"]) {
          const rows = labels.filter(({attributes}) => attributes["text-anchor"] === side);
          const heights = rows.map(({attributes}) => Number(attributes["y"])).sort((a, b) => a - b);
          heights.slice(1).forEach((y, index) => expect(y - (heights[index] ?? 0)).toBeGreaterThan(14));
        }
      }),
    );
  });
});

describe("the page", () => {
  it("never says NaN, null or undefined", () => {
    const view = {
      ...sampleRunView({peers: 3, rounds: 40}),
      loss: null,
      validation: null,
      consensusDistance: null,
    };
    for (const one of [FIRST_STATE, stateOf(view, 0), stateOf(sampleRunView({peers: 0, rounds: 0}), 0)]) {
      expect(markupText(shown(one))).not.toMatch(/NaN|null|undefined|Infinity/);
    }
  });

  it("has for everything that is drawn a title, a description and a table, and names what it holds", () => {
    const page = shown(stateOf(sampleRunView({peers: 24, rounds: 2000, down: [4]}), 2000));
    const ids = new Set([...elementsIn(page)].flatMap(({attributes}) => attributes["id"] ?? []));
    expect(ids.size).toBe(
      [...elementsIn(page)].filter(({attributes}) => attributes["id"] !== undefined).length,
    );
    const pictures = find(page, "svg").filter(({attributes}) => attributes["aria-hidden"] === undefined);
    expect(pictures).toHaveLength(4);
    for (const {attributes} of pictures) {
      const named = (attributes["aria-labelledby"] ?? "").split(" ");
      expect([attributes["role"], named.length, named.every((id) => ids.has(id))]).toEqual(["img", 2, true]);
    }
    for (const table of find(page, "table")) {
      expect(find(table, "caption")).toHaveLength(1);
      expect(find(table, "th").every(({attributes}) => attributes["scope"] !== undefined)).toBe(true);
    }
    expect(find(page, "h1")).toHaveLength(1);
    expect(["header", "main", "footer"].map((tag) => find(page, tag).length)).toEqual([1, 1, 1]);
    expect([...elementsIn(page)].filter(({attributes}) => "aria-live" in attributes)).toHaveLength(1);
    expect(
      [...elementsIn(page)]
        .flatMap(({attributes}) => Object.keys(attributes))
        .filter((name) => /^(on|style$)/.test(name)),
    ).toEqual([]);
    expect([...elementsIn(page)].length).toBeLessThan(2000);
  });

  it("reads out nothing that changes while the state stays", () => {
    const live = (nowMs: number): unknown => {
      const view = sampleRunView({peers: 3, rounds: 40, down: [0, 1]});
      const content: PageMarkup = {tag: "body", attributes: {}, children: pageView(stateOf(view, 9), nowMs)};
      return [...elementsIn(content)].find(({attributes}) => "aria-live" in attributes);
    };
    expect(live(SAMPLE_NOW_MS + 3000)).toEqual(live(SAMPLE_NOW_MS));
  });

  it("shows nothing of the node when a token is asked for", () => {
    const asked = reduce(stateOf(sampleRunView({peers: 3, rounds: 40}), 9), {kind: "token", need: "asked"});
    const page = shown(asked);
    expect(find(page, "input")).toHaveLength(1);
    expect(find(page, "table")).toEqual([]);
  });

  it("says in its title how the node stands", () => {
    const shown = stateOf(sampleRunView({peers: 3, rounds: 40}), 0);
    const view = sampleRunView({peers: 3, rounds: 40, down: [0, 1]});
    const down = stateOf({...view, pace: {...view.pace, lastPartWallMs: SAMPLE_NOW_MS - 60_000}}, 0);
    expect([FIRST_STATE, shown, down].map((one) => titleOf(one, SAMPLE_NOW_MS))).toEqual([
      "… a node · Consilium",
      "✓ Frankfurt · Consilium",
      "✕ Frankfurt · Consilium",
    ]);
  });
});
