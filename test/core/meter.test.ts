import {describe, expect, it} from "vitest";
import {createMetricRegistry} from "../../src/core/index.ts";

/* The format: https://prometheus.io/docs/instrumenting/exposition_formats/, "Text-based format", version 0.0.4. */
describe("a registry of metrics", () => {
  it("writes counters, gauges and cumulative histograms as Prometheus reads them", () => {
    const registry = createMetricRegistry();
    registry.counter({name: "a_total", help: "Of one."}).add({});
    const gauge = registry.gauge<"peer">({name: "b_ratio", help: 'Two\\lines\n"quoted".', labels: ["peer"]});
    gauge.set({peer: 'no"rth\\\n'}, Number.NaN);
    gauge.set({peer: "south"}, Number.NEGATIVE_INFINITY);
    const histogram = registry.histogram({name: "c_seconds", help: "Of three.", buckets: [0.5, 1]});
    for (const value of [0.5, 0.75, 2]) histogram.observe({}, value);
    expect(registry.expose()).toBe(
      [
        "# HELP a_total Of one.",
        "# TYPE a_total counter",
        "a_total 1",
        '# HELP b_ratio Two\\\\lines\\n"quoted".',
        "# TYPE b_ratio gauge",
        'b_ratio{peer="no\\"rth\\\\\\n"} NaN',
        'b_ratio{peer="south"} -Inf',
        "# HELP c_seconds Of three.",
        "# TYPE c_seconds histogram",
        'c_seconds_bucket{le="0.5"} 1',
        'c_seconds_bucket{le="1"} 2',
        'c_seconds_bucket{le="+Inf"} 3',
        "c_seconds_sum 3.25",
        "c_seconds_count 3",
        "",
      ].join("\n"),
    );
  });

  it("brings gauges up to date before each exposition, and forgets what was cleared", () => {
    const registry = createMetricRegistry();
    const gauge = registry.gauge<"state">({name: "d_members", help: "Of four.", labels: ["state"]});
    let state = "up";
    registry.onExposition(() => {
      gauge.clear();
      gauge.set({state}, 1);
    });
    expect(registry.expose()).toContain('d_members{state="up"} 1');
    state = "down";
    expect(registry.expose()).not.toContain("up");
  });

  it("refuses a name that is taken, of whatever kind", () => {
    const registry = createMetricRegistry();
    registry.counter({name: "a_total", help: "Of one."});
    expect(() => registry.gauge({name: "a_total", help: "Of one."})).toThrowError(
      expect.objectContaining({code: "CORE_METRIC_TWICE"}),
    );
  });
});
