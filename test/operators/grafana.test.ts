import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {beforeAll, describe, expect, it} from "vitest";
import {z} from "zod";
import type {MadeMetric} from "../../src/core/index.ts";
import {textOf, yamlOf} from "./files.ts";
import {
  daemonMetrics,
  type KnownMetrics,
  knownMetrics,
  queryFaults,
  templateFaults,
} from "./known-metrics.ts";
import {namesOf} from "./promql.ts";
import {hasTool, runTool} from "./tools.ts";

const FILE = "grafana/consilium.json";
const datasource = z.strictObject({type: z.literal("prometheus"), uid: z.literal("$" + "{datasource}")});
const gridPos = z.strictObject({
  h: z.int().min(1),
  w: z.int().min(1).max(24),
  x: z.int().min(0),
  y: z.int().min(0),
});
const targetSchema = z.looseObject({
  refId: z.string(),
  datasource,
  expr: z.string(),
  legendFormat: z.string(),
});
const panelSchema = z.discriminatedUnion("type", [
  z.looseObject({type: z.literal("row"), id: z.int(), title: z.string().min(1), gridPos}),
  z.looseObject({
    type: z.enum(["timeseries", "stat", "table", "bargauge", "state-timeline"]),
    id: z.int(),
    title: z.string().min(1),
    datasource,
    gridPos,
    targets: z.array(targetSchema).min(1),
  }),
]);
const dashboardSchema = z.looseObject({
  uid: z.string().max(40),
  title: z.string(),
  schemaVersion: z.int().min(39),
  templating: z.looseObject({list: z.array(z.looseObject({name: z.string(), type: z.string()}))}),
  annotations: z.looseObject({list: z.array(z.looseObject({expr: z.string()}))}),
  panels: z.array(panelSchema).min(10),
});

type Dashboard = z.output<typeof dashboardSchema>;
type Target = z.output<typeof targetSchema>;

const dashboardOf = (text: string): Dashboard => dashboardSchema.parse(JSON.parse(text));
const targetsOf = ({panels}: Dashboard): Target[] =>
  panels.flatMap((panel) => (panel.type === "row" ? [] : panel.targets));

/** What of a dashboard no daemon has. */
function dashboardFaults(text: string, known: KnownMetrics): string[] {
  const dashboard = dashboardOf(text);
  return [
    ...targetsOf(dashboard).flatMap(({expr, legendFormat}) => [
      ...queryFaults(expr, known),
      ...templateFaults(legendFormat, expr, known),
    ]),
    ...dashboard.annotations.list.flatMap(({expr}) => queryFaults(expr, known)),
  ];
}

describe("the Grafana dashboard", () => {
  const text = textOf(FILE);
  let metrics: readonly MadeMetric[];
  let known: KnownMetrics;
  beforeAll(async () => {
    metrics = await daemonMetrics();
    known = knownMetrics(metrics);
  });

  it("asks for metrics, labels and words that a daemon has", () => {
    expect(dashboardFaults(text, known)).toEqual([]);
  });

  it.each([
    ["no metric consilium_train_losses", "consilium_train_loss{", "consilium_train_losses{"],
    ["consilium_peer_up has no label member", "consilium_peer_up{job", "consilium_peer_up{member"],
    ["no job is ever consortium", 'job=\\"consilium\\"', 'job=\\"consortium\\"'],
    ["no series has a label member", "to {{peer}}", "to {{member}}"],
    ["no metric of the query has a label site", "(le, instance, phase)", "(le, site, phase)"],
  ])("is found wanting when planted: %s", (fault, from, to) => {
    const planted = text.replace(from, to);
    expect(planted).not.toBe(text);
    expect(dashboardFaults(planted, known).join("\n")).toContain(fault);
  });

  it("shows every metric of a daemon", () => {
    const shown = new Set(
      targetsOf(dashboardOf(text))
        .flatMap(({expr}) => namesOf(expr).selectors)
        .map(({metric}) => metric.replace(/_bucket$/, "")),
    );
    expect(metrics.map(({name}) => name).filter((name) => !shown.has(name))).toEqual([]);
  });

  it("asks only for the nodes and the Prometheus that its reader chose", () => {
    const {templating} = dashboardOf(text);
    expect(templating.list.map(({name, type}) => [name, type])).toEqual([
      ["datasource", "datasource"],
      ["instance", "query"],
    ]);
    for (const {expr} of targetsOf(dashboardOf(text))) {
      for (const {metric, matchers} of namesOf(expr).selectors) {
        const chosen = matchers.map(({label, operator, value}) => `${label}${operator}${value}`);
        expect(chosen, metric).toEqual(expect.arrayContaining(["job=consilium", "instance=~$instance"]));
      }
    }
  });

  it("has its panels beside and below one another, each with an id of its own, and no picture from elsewhere", () => {
    const {panels} = dashboardOf(text);
    expect(new Set(panels.map(({id}) => id)).size).toBe(panels.length);
    const taken = new Set<string>();
    for (const {
      title,
      gridPos: {x, y, w, h},
    } of panels) {
      expect(x + w, title).toBeLessThanOrEqual(24);
      for (let across = x; across < x + w; across += 1) {
        for (let down = y; down < y + h; down += 1) {
          expect(taken.has(`${across} ${down}`), `${title} covers another`).toBe(false);
          taken.add(`${across} ${down}`);
        }
      }
    }
    expect(text).not.toMatch(/https?:/);
  });

  it("is found by Grafana where it is provisioned, with a Prometheus", () => {
    const sources = z.looseObject({
      datasources: z.array(z.looseObject({type: z.literal("prometheus"), url: z.url()})),
    });
    expect(
      sources.parse(yamlOf(textOf("grafana/provisioning/datasources/prometheus.yml"))).datasources,
    ).toHaveLength(1);
    const providers = z.looseObject({
      providers: z.array(z.looseObject({options: z.strictObject({path: z.string()})})),
    });
    const {
      providers: [provider],
    } = providers.parse(yamlOf(textOf("grafana/provisioning/dashboards/consilium.yml")));
    expect(textOf("docker/compose.yaml")).toContain(
      `../grafana/consilium.json:${provider?.options.path}/consilium.json:ro`,
    );
  });

  it.skipIf(!hasTool("promtool", "whether the dashboard's queries are PromQL"))(
    "has queries that promtool reads",
    () => {
      const folder = mkdtempSync(path.join(tmpdir(), "consilium dashboard "));
      try {
        const rules = targetsOf(dashboardOf(text)).map(({expr}, index) => ({
          record: `query_${index}`,
          expr: expr.replaceAll("$__rate_interval", "1m"),
        }));
        writeFileSync(path.join(folder, "rules.yml"), JSON.stringify({groups: [{name: "dashboard", rules}]}));
        expect(runTool("promtool", ["check", "rules", "rules.yml"], folder)).toMatchObject({status: 0});
      } finally {
        rmSync(folder, {recursive: true});
      }
    },
  );
});
