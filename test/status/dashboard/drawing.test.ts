import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {markupText, type PageMarkup} from "../../../src/drawing/index.ts";
import {FIRST_STATE, reduce} from "../../../src/status/dashboard/client/state.ts";
import {topology} from "../../../src/status/dashboard/client/topology.ts";
import {pageView, titleOf} from "../../../src/status/dashboard/client/views/page-view.ts";
import {SAMPLE_NOW_MS, sampleRunView, sampleStatus} from "./sample-run.ts";
import {elementsIn, find, shown, stateOf} from "./shown-page.ts";

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
