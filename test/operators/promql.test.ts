import {describe, expect, it} from "vitest";
import {namesOf} from "./promql.ts";

const metricsIn = (query: string): string[] => namesOf(query).selectors.map(({metric}) => metric);

describe("the names in a query", () => {
  it("are its metrics, with conditions, and the labels that it groups by", () => {
    const query = `sum by (job, le) (rate(a_bucket{job="x", b=~"y|{z}"}[5m] offset 1h)) > on (job) group_left (c) 3 * b_seconds`;
    expect(namesOf(query)).toEqual({
      selectors: [
        {
          metric: "a_bucket",
          matchers: [
            {label: "job", operator: "=", value: "x"},
            {label: "b", operator: "=~", value: "y|{z}"},
          ],
        },
        {metric: "b_seconds", matchers: []},
      ],
      groupings: ["job", "le", "job", "c"],
    });
  });

  it("are no functions, operators, numbers, durations or variables of Grafana", () => {
    expect(metricsIn("time() - (a > 0) and on () b unless c == bool 1e9 or vector(NaN)")).toEqual([
      "a",
      "b",
      "c",
    ]);
    expect(metricsIn(`increase(a{b="$c"}[$__rate_interval]) / max_over_time(d[6h:1m])`)).toEqual(["a", "d"]);
  });

  it.each([
    ["a{b}", /no matchers/],
    ['a{b="c" d="e"}', /no matchers/],
    ["a{b=c}", /no matchers/],
    ['{__name__="a"}', /without a metric/],
    ["a[5m", /is missing/],
    ['a{b="c', /no PromQL/],
    ["a # b", /no PromQL/],
  ])("are not guessed where the query is broken: %s", (query, why) => {
    expect(() => namesOf(query)).toThrow(why);
  });
});
