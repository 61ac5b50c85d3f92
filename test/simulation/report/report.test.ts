import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {written} from "../../../src/drawing/index.ts";
import {inFile, NARROW, WIDE} from "../../../src/report/charts/look.ts";
import {html} from "../../../src/report/charts/markup.ts";
import {DARK, LIGHT} from "../../../src/report/charts/palette.ts";
import {consensusPicture, curvesPicture, topologyPicture} from "../../../src/report/pictures.ts";
import {reportHtml} from "../../../src/report/report-html.ts";
import {roundSeries} from "../../../src/report/round-series.ts";
import {pictureFiles} from "../../../src/report/study-files.ts";
import {countText, differenceText, durationText, limitsText} from "../../../src/report/words.ts";
import {studyFixture} from "./study-fixture.ts";

describe("a report", () => {
  it("has everything in itself: no script, no link, no address but that of SVG", () => {
    const page = reportHtml(studyFixture());
    expect(page).not.toMatch(/<script|<link rel="stylesheet"|<img|@import|url\(/);
    const addresses = new Set(page.match(/https?:\/\/[^"'\s<]*/g));
    expect([...addresses]).toEqual(["http://www.w3.org/2000/svg"]);
  });

  it("says that data are synthetic, and that a study is partial, only where they are", () => {
    const invented = reportHtml(studyFixture({isComplete: false}));
    expect(invented).toContain("SYNTHETIC data: no real patient has part in these figures.");
    expect(invented).toContain("PARTIAL");
    const real = reportHtml(studyFixture({isSynthetic: false}));
    expect(real).not.toMatch(/synthetic/i);
    expect(real).not.toContain("PARTIAL");
  });

  it("shows what comes from the experiment as words, never as markup", () => {
    const evil = "<script>alert('x')</script>\"&";
    const page = reportHtml({...studyFixture(), title: evil, source: evil});
    expect(page).not.toContain("<script");
    expect(page).toContain("<h1>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;</h1>");
  });

  it("tells figures of the results: mean and deviation over seeds, and both intervals apart", () => {
    const study = studyFixture({seeds: 1, sites: ["A", "B"], metrics: ["auroc"]});
    const [row] = study.results;
    if (row === undefined) throw new Error("no row");
    const results = [0.8, 0.82, 0.84].map((value, place) => ({
      ...row,
      seed: 42 + place,
      value,
      low: value - 0.1,
      high: value + 0.05,
      n: 151,
    }));
    const page = reportHtml({...study, seeds: [42, 43, 44], results, comparisons: []});
    // t with two degrees of freedom, 4.3027, times 0.02 / sqrt 3.
    const cells = ["151", "0.820", "0.020", "0.765 to 0.864", "0.720 to 0.870"];
    const line = cells.map((cell) => `<td class="num">${cell}</td>`).join("");
    expect(page).toContain(`<th scope="row">Gossip</th>${line}</tr>`);
  });

  it("is the same for equal results", () => {
    expect(reportHtml(structuredClone(studyFixture()))).toBe(reportHtml(studyFixture()));
  });

  it("survives results that are empty, as after Ctrl-C at once", () => {
    const nothing = {results: [], rounds: [], comparisons: [], targets: [], states: [], isComplete: false};
    const page = reportHtml({...studyFixture(), ...nothing});
    expect(page).toContain("PARTIAL");
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  it("of any study says neither NaN nor undefined", () => {
    const sizes = fc.record({
      seeds: fc.integer({min: 1, max: 3}),
      rounds: fc.integer({min: 0, max: 3}),
      sites: fc
        .integer({min: 1, max: 14})
        .map((count) => Array.from({length: count}, (_, place) => `s${place}`)),
      isRing: fc.boolean(),
    });
    fc.assert(
      fc.property(sizes, (options) => {
        const study = studyFixture({...options, metrics: ["brier"]});
        const undefinedOnes = study.results.map((row, place) =>
          place % 3 === 0 ? {...row, value: null, low: null, high: null} : row,
        );
        for (const results of [study.results, undefinedOnes]) {
          expect(reportHtml({...study, results})).not.toMatch(/NaN|Infinity|undefined/);
        }
      }),
      {numRuns: 15},
    );
  });
});

describe("pictures", () => {
  it("as files say that data are synthetic, have title and description, and need no style sheet", () => {
    const pictures = [...pictureFiles(studyFixture())].filter(([name]) => name.endsWith(".svg"));
    expect(pictures).toHaveLength(5);
    for (const [name, svg] of pictures) {
      expect(svg, name).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" [^>]*role="img"/);
      expect(svg, name).toMatch(/<title id="([^"]+)">[^<]+<\/title><desc id="[^"]+">[^<]+<\/desc>/);
      expect(svg, name).toContain("SYNTHETIC data: no real patient has part in it");
      expect(svg, name).not.toMatch(/var\(|class=|style=/);
    }
    for (const svg of pictureFiles(studyFixture({isSynthetic: false})).values()) {
      expect(svg).not.toContain("SYNTHETIC");
    }
  });

  it("draw a line and a band for each method, without a band from one seed", () => {
    const paths = (seeds: number): number => {
      const drawn = curvesPicture(studyFixture({seeds})).draw(WIDE) ?? "";
      return written(drawn).match(/<path /g)?.length ?? 0;
    };
    expect(paths(3)).toBe(10);
    expect(paths(1)).toBe(5);
  });

  it("draw every link of a ring, and each with each of one group", () => {
    const sites = Array.from({length: 7}, (_, place) => `s${place}`);
    const links = (isRing: boolean): number => {
      const drawn = topologyPicture(studyFixture({sites, isRing})).draw(NARROW) ?? "";
      return written(drawn).match(/<line /g)?.length ?? 0;
    };
    expect(links(true)).toBe(7);
    expect(links(false)).toBe(21);
  });

  it("of a network too large to be drawn are left out", () => {
    const sites = Array.from({length: 401}, (_, place) => `s${place}`);
    const large = {
      ...studyFixture({seeds: 1, rounds: 1}),
      sites: sites.map((name) => ({
        name,
        role: "trainer" as const,
        train: 9,
        validation: 0,
        test: 0,
        prevalence: null,
      })),
    };
    expect(topologyPicture(large).draw(WIDE)).toBeNull();
    expect(reportHtml(large)).toContain("One group of all 401 nodes");
  });

  it("of distances that are all 0 are left out", () => {
    const study = studyFixture();
    const exact = {...study, rounds: study.rounds.map((row) => ({...row, consensusDistance: 0}))};
    expect(consensusPicture(exact).draw(WIDE)).toBeNull();
    expect(reportHtml(exact)).toContain("the consensus distance is exactly 0");
  });

  it("have ids of their own for each look", () => {
    const ids = [WIDE, NARROW, inFile("curves", null)].map(
      (look) => written(curvesPicture(studyFixture()).draw(look) ?? "").match(/<title id="([^"]+)"/)?.[1],
    );
    expect(new Set(ids).size).toBe(3);
  });
});

/** Relative luminance of a colour `#rrggbb` (WCAG 2.1). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((place) => {
    const part = Number.parseInt(colour.slice(place, place + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

it("words stand out by 4.5 and lines by 3 from their ground, by day and by night", () => {
  for (const colours of [LIGHT, DARK]) {
    for (const name of ["ink", "muted", "good", "bad", "warn"] as const) {
      expect(contrast(colours[name], colours.paper), name).toBeGreaterThanOrEqual(4.5);
      expect(contrast(colours[name], colours.panel), name).toBeGreaterThanOrEqual(4.5);
    }
    for (const name of ["s0", "s1", "s2", "s3", "s4", "s5", "s6", "local"] as const) {
      expect(contrast(colours[name], colours.paper), name).toBeGreaterThanOrEqual(3);
    }
  }
});

it("curves are means over all seeds, at rounds at which all have a figure, in order, thinned out evenly", () => {
  const cost = {seconds: 0, bytes: 0, absent: [], consensusDistance: 0};
  const base = {point: {}, method: "Gossip", ...cost, on: "train"} as const;
  const rows = [
    {...base, seed: 1, round: 2, value: 0.5},
    {...base, seed: 1, round: 1, value: 0.4},
    {...base, seed: 2, round: 2, value: 0.7},
    {...base, seed: 2, round: 1, value: null},
    {...base, seed: 3, round: 2, value: 0.6},
  ];
  const [series] = roundSeries({rounds: rows, results: []}, ({value}) => value);
  expect(series?.points.map(({round, seeds, low}) => ({round, seeds, hasBand: low !== null}))).toEqual([
    {round: 2, seeds: 3, hasBand: true},
  ]);
  expect(series?.points[0]?.value).toBeCloseTo(0.6, 12);
  const long = Array.from({length: 5000}, (_, place) => ({
    ...base,
    seed: 1,
    round: place + 1,
    value: place / 5000,
  }));
  const [thinned] = roundSeries({rounds: long, results: []}, ({value}) => value);
  expect(thinned?.points).toHaveLength(240);
  expect([thinned?.points[0]?.round, thinned?.points.at(-1)?.round]).toEqual([1, 5000]);
});

it("numbers are written as journals have them", () => {
  expect(differenceText(-0.0123)).toBe("\u22120.012");
  expect(differenceText(0.0004)).toBe("0.000");
  expect(differenceText(-0.0004)).toBe("0.000");
  expect(differenceText(0.0125)).toBe("+0.013");
  expect(limitsText(-0.5, 0.25)).toBe("\u22120.500 to 0.250");
  expect(limitsText(null, 1)).toBe("\u2013");
  expect([999, 1000, 1234567].map(countText)).toEqual(["999", "1,000", "1,234,567"]);
  expect([0.84, 42, 185, 7620, 273600].map(durationText)).toEqual([
    "0.8 s",
    "42 s",
    "3 min 5 s",
    "2 h 7 min",
    "3 d 4 h",
  ]);
});

it("markup escapes whatever is put into it, lists too, and takes nothing for null", () => {
  expect(html`<b title="${'"'}">${["<", html`<i>${"&"}</i>`, null, 3]}</b>`.markup).toBe(
    '<b title="&quot;">&lt;<i>&amp;</i>3</b>',
  );
});
