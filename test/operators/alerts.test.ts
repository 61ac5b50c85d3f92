import {cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {beforeAll, describe, expect, it} from "vitest";
import {z} from "zod";
import {RENEW_WITHIN_DAYS} from "../../src/node/index.ts";
import {LEAST_ROUNDS, LEAST_SHARE} from "../../src/status/alert-board.ts";
import {alertSchema} from "../../src/status/answers/health-answer.ts";
import {anchorsOf, OPERATORS, ROOT, textOf, yamlOf} from "./files.ts";
import {
  daemonMetrics,
  type KnownMetrics,
  knownMetrics,
  queryFaults,
  templateFaults,
} from "./known-metrics.ts";
import {namesOf, type Selector} from "./promql.ts";
import {hasTool, runTool} from "./tools.ts";

const ruleSchema = z.strictObject({
  alert: z.string().regex(/^[A-Z][A-Za-z]+$/),
  expr: z.string().min(1),
  for: z
    .string()
    .regex(/^\d+[smh]$/)
    .optional(),
  labels: z.strictObject({severity: alertSchema.shape.severity}),
  annotations: z.strictObject({
    summary: z.string().regex(/[.]$/),
    description: z.string().regex(/[.]$/),
    runbook: z.string().regex(/^docs\/operators\.md#[a-z-]+$/),
  }),
});
const rulesSchema = z.strictObject({
  groups: z.array(z.strictObject({name: z.string(), rules: z.array(ruleSchema).min(1)})).min(1),
});

const rulesOf = (text: string): z.output<typeof ruleSchema>[] =>
  rulesSchema.parse(yamlOf(text)).groups.flatMap(({rules}) => rules);

const operatorsPage = readFileSync(path.join(ROOT, "docs/operators.md"), "utf8");
const FILE = "prometheus/alerts.yml";
const hasPromtool = hasTool("promtool", "what the alert rules and queries mean");

/** What is wrong with the alert rules in `text`. */
function alertFaults(text: string, known: KnownMetrics): string[] {
  const anchors = anchorsOf(operatorsPage);
  return rulesOf(text).flatMap(({alert, expr, annotations: {summary, description, runbook}}) => [
    ...queryFaults(expr, known).map((fault) => `${alert}: ${fault}`),
    ...templateFaults(`${summary} ${description}`, expr, known).map((fault) => `${alert}: ${fault}`),
    ...(anchors.includes(runbook.split("#")[1] ?? "")
      ? []
      : [`${alert}: docs/operators.md has no such section`]),
    ...(runbook.endsWith(`#${alert.toLowerCase()}`) ? [] : [`${alert}: another alert's runbook`]),
  ]);
}

/** What a metric says that the node raises as an alert too. */
const OWN_ALERTS: Readonly<Record<string, string>> = {
  consilium_egress_blocked_total: "egress-blocked",
  consilium_peer_silent: "peer-silent",
  consilium_round_share_ratio: "share-fallen",
  consilium_status_certificate_expiry_timestamp_seconds: "certificate-expiring",
  consilium_delegation_expiry_timestamp_seconds: "delegation-ending",
};

/** The alerts of the node itself that a selector asks for. */
function ownAlertsOf({metric, matchers}: Selector): string[] {
  const own = OWN_ALERTS[metric];
  if (own !== undefined) return [own];
  const values = matchers.filter(({operator}) => operator === "=").map(({value}) => value);
  if (metric === "consilium_alerts") return values;
  return metric === "consilium_check_ok" && values.includes("quorum") ? ["peers-below-quorum"] : [];
}

describe("the alert rules", () => {
  let known: KnownMetrics;
  beforeAll(async () => {
    known = knownMetrics(await daemonMetrics());
  });

  it("ask for metrics, labels and words that a daemon has, and lead to a section of docs/operators.md", () => {
    const rules = rulesOf(textOf(FILE));
    expect(rules.length).toBeGreaterThan(10);
    expect(new Set(rules.map(({alert}) => alert)).size).toBe(rules.length);
    expect(alertFaults(textOf(FILE), known)).toEqual([]);
  });

  it.each([
    [
      "no metric consilium_round_stalled",
      'consilium_alerts{alert="round-stalled"}',
      "consilium_round_stalled",
    ],
    ["consilium_alerts has no label kind", '{alert="equivocation"}', '{kind="equivocation"}'],
    ["no alert is ever round-staled", "round-stalled", "round-staled"],
    ["no check is ever quorums", '{check="quorum"}', '{check="quorums"}'],
    ["no metric of the query has a label site", "by (job, instance, reason)", "by (job, instance, site)"],
    ["no series has a label member", "with {{ $labels.peer }} for", "with {{ $labels.member }} for"],
    ["docs/operators.md has no such section", "#disklow", "#diskfull"],
  ])("are found when planted: %s", (fault, from, to) => {
    const planted = textOf(FILE).replace(from, to);
    expect(planted).not.toBe(textOf(FILE));
    expect(alertFaults(planted, known).join("\n")).toContain(fault);
  });

  it.each([
    ["a severity that nobody is called for", "{severity: page}", "{severity: critical}", /severity/],
    ["a rule without a runbook", "runbook: docs/operators.md#nodedown", "", /runbook/],
    ["a key that Prometheus does not know", "for: 5m", "during: 5m", /during/],
    ["a key twice", "expr: up{", 'expr: "1"\n        expr: up{', /unique/],
  ])("are refused with %s", (_, from, to, why) => {
    const planted = textOf(FILE).replace(from, to);
    expect(planted).not.toBe(textOf(FILE));
    expect(() => rulesOf(planted)).toThrow(why);
  });

  it("page or warn for every alert that a node raises by itself, as it does", () => {
    const covered = rulesOf(textOf(FILE)).flatMap(({expr, labels: {severity}}) =>
      namesOf(expr).selectors.flatMap((selector) => ownAlertsOf(selector).map((alert) => [alert, severity])),
    );
    expect(Object.fromEntries(covered)).toEqual({
      "certificate-expiring": "warn",
      "delegation-ending": "warn",
      "peer-silent": "warn",
      "peers-below-quorum": "warn",
      "share-fallen": "warn",
      "round-stalled": "warn",
      equivocation: "page",
      "egress-blocked": "page",
      "node-failed": "page",
    });
    expect(covered.map(([alert]) => alert).sort()).toEqual([...alertSchema.shape.alert.options].sort());
  });

  it("begin where a node's own do", () => {
    const expressionOf = (name: string): string =>
      rulesOf(textOf(FILE)).find(({alert}) => alert === name)?.expr ?? "";
    expect(expressionOf("ShareFallen")).toContain(`_ratio{window="recent"} < ${LEAST_SHARE} `);
    expect(expressionOf("ShareFallen")).toContain(`_rounds{window="recent"} >= ${LEAST_ROUNDS} `);
    for (const name of ["CertificateExpiring", "DelegationEnding"])
      expect(expressionOf(name)).toMatch(new RegExp(`< ${RENEW_WITHIN_DAYS} \\* 86400$`));
  });
});

describe("Prometheus's configuration", () => {
  const configSchema = z.looseObject({
    rule_files: z.array(z.string()),
    scrape_configs: z.array(
      z.looseObject({
        job_name: z.string(),
        metrics_path: z.string(),
        authorization: z.strictObject({type: z.literal("Bearer"), credentials_file: z.string()}),
        static_configs: z.array(z.strictObject({targets: z.array(z.string())})),
      }),
    ),
  });

  it("scrapes where a node serves by default, under the name that the rules ask for", () => {
    const {rule_files: ruleFiles, scrape_configs: jobs} = configSchema.parse(
      yamlOf(textOf("prometheus/prometheus.yml")),
    );
    expect(ruleFiles).toEqual(["alerts.yml"]);
    expect(jobs).toHaveLength(1);
    expect(jobs[0]).toMatchObject({
      job_name: "consilium",
      metrics_path: "/metrics",
      static_configs: [{targets: ["127.0.0.1:9600"]}],
    });
  });
});

describe.skipIf(!hasPromtool)("promtool", () => {
  const folder = path.join(OPERATORS, "prometheus");

  it("finds nothing wrong with rules and configuration", () => {
    expect(runTool("promtool", ["check", "rules", "alerts.yml"], folder)).toMatchObject({status: 0});
    const config = ["check", "config", "--syntax-only", "prometheus.yml"];
    expect(runTool("promtool", config, folder)).toMatchObject({status: 0});
    const trial = runTool(
      "promtool",
      ["check", "config", "--syntax-only", "docker/prometheus.yml"],
      OPERATORS,
    );
    expect(trial).toMatchObject({status: 0});
  });

  it("sees every alert fire when it should and not otherwise, and sees a rule that was changed", () => {
    const tested = rulesOf(textOf(FILE)).map(({alert}) => alert);
    const cases = textOf("prometheus/alerts.test.yml");
    for (const alert of tested)
      expect(cases, alert).toMatch(new RegExp(`alertname: ${alert}\\n\\s+exp_alerts:`));
    const copy = mkdtempSync(path.join(tmpdir(), "consilium alerts "));
    try {
      cpSync(folder, copy, {recursive: true});
      expect(runTool("promtool", ["test", "rules", "alerts.test.yml"], copy)).toMatchObject({status: 0});
      const changes: readonly (readonly [string, string])[] = [
        ["> 0.05", "> 0.5"],
        [">= 5", ">= 9"],
        ["600)\n", "6000)\n"],
        ["< 0.05", "< 0.01"],
        ['alert="equivocation"', 'alert="egress-blocked"'],
      ];
      for (const [from, to] of changes) {
        const planted = textOf(FILE).replace(from, to);
        expect(planted, from).not.toBe(textOf(FILE));
        writeFileSync(path.join(copy, "alerts.yml"), planted);
        const {status, text} = runTool("promtool", ["test", "rules", "alerts.test.yml"], copy);
        expect(status, `${from} became ${to}: ${text}`).toBe(1);
      }
    } finally {
      rmSync(copy, {recursive: true});
    }
  });
});
