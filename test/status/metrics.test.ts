import {readFile} from "node:fs/promises";
import path from "node:path";
import {afterEach, beforeEach, describe, expect, it} from "vitest";
import {createMetricRegistry, errorLine, type MadeMetric, type MetricRegistry} from "../../src/core/index.ts";
import type {EventFeed, NodeView} from "../../src/node/index.ts";
import {CHECK_MEANINGS} from "../../src/status/index.ts";
import {completeRegistry} from "./complete-registry.ts";
import {metricFaults} from "./metric-lint.ts";
import {ask} from "./requests.ts";
import {openSampleServer, sampleNode} from "./sample-node.ts";
import {SAMPLE_VIEW} from "./sample-view.ts";

const GOOD: MadeMetric = {
  name: "consilium_sent_bytes_total",
  help: "Bytes to the member.",
  type: "counter",
  labels: ["peer"],
};

let registry: MetricRegistry;
let feed: EventFeed;
let url: string;
let view: NodeView | null;
let close: () => Promise<void>;

beforeEach(async () => {
  registry = createMetricRegistry();
  view = SAMPLE_VIEW;
  const node = () => (view === null ? null : sampleNode(() => view ?? SAMPLE_VIEW));
  const opened = await openSampleServer({registry, node});
  ({feed} = opened);
  ({url} = opened.server);
  close = () => opened.server.close();
});
afterEach(() => close());

const scrape = async (): Promise<string[]> => (await ask(`${url}/metrics`)).text.split("\n");

describe("the metrics", () => {
  it("have names, helps, units and labels as Prometheus asks for", async () => {
    await completeRegistry(registry);
    expect(registry.metrics().length).toBeGreaterThan(50);
    expect(registry.metrics().flatMap(metricFaults)).toEqual([]);
  });

  it("stand in docs/operators.md, all of them and no other, as do the endpoints and checks", async () => {
    await completeRegistry(registry);
    const text = await readFile(path.join(import.meta.dirname, "../../docs/operators.md"), "utf8");
    const described = text.split("\n").filter((line) => /^\| `(consilium|process|nodejs|libp2p)_/.test(line));
    const rows = registry
      .metrics()
      .map(({name, type, labels, help}) => `| \`${name}\` | ${type} | ${labels.join(", ")} | ${help} |`);
    expect([...described].sort()).toEqual([...rows].sort());
    const {paths} = JSON.parse((await ask(`${url}/openapi.json`)).text) as {paths: object};
    for (const endpoint of Object.keys(paths)) expect(text).toContain(`\n| \`${endpoint}\` | `);
    for (const [check, means] of Object.entries(CHECK_MEANINGS)) {
      expect(text).toContain(`\n| \`${check}\` | ${means} |\n`);
    }
  });

  it.each<[string, Partial<MadeMetric>]>([
    ["is not snake_case", {name: "consilium_sentBytes_total"}],
    ["has no known prefix", {name: "sent_bytes_total"}],
    ["a counter, and nothing else, ends in _total", {name: "consilium_sent_bytes"}],
    ["a counter, and nothing else, ends in _total", {type: "gauge"}],
    ["has a unit that is no base unit", {name: "consilium_rtt_ms", type: "gauge"}],
    ["ends in no base unit", {name: "consilium_rtt", type: "gauge"}],
    ["has no help in a sentence", {help: "bytes"}],
    ["has a label whose values are not known to be few", {labels: ["patient"]}],
    ["ends as a histogram's parts do", {name: "consilium_rounds_count", type: "gauge"}],
  ])("are found when one %s", (fault, change) => {
    expect(metricFaults(GOOD)).toEqual([]);
    const planted = {...GOOD, ...change};
    expect(metricFaults(planted)).toContain(`${planted.name} ${fault}`);
  });

  it("are served as text of Prometheus's format, every line of it well formed", async () => {
    const {headers, text} = await ask(`${url}/metrics`);
    expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    const number = String.raw`(NaN|[+-]Inf|-?\d+(\.\d+)?(e[+-]?\d+)?)`;
    const sample = new RegExp(String.raw`^[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? ${number}$`);
    const lines = text.trimEnd().split("\n");
    for (const line of lines)
      expect(line).toMatch(line.startsWith("#") ? /^# (HELP|TYPE) [a-z_]+ \S/ : sample);
    const types = lines.filter((line) => line.startsWith("# TYPE ")).map((line) => line.split(" ")[2]);
    expect(new Set(types).size).toBe(types.length);
  });

  it("say what the status says", async () => {
    expect(await scrape()).toEqual(
      expect.arrayContaining([
        'consilium_build_info{version="1.2.3"} 1',
        "consilium_healthy 1",
        'consilium_check_ok{check="quorum"} 1',
        'consilium_peers{state="up"} 1',
        'consilium_peers{state="silent"} 0',
        'consilium_peers{state="down"} 1',
        'consilium_round_share_ratio{peer="east",window="recent"} 0.75',
        'consilium_round_share_ratio{peer="north",window="run"} 1',
        'consilium_round_share_rounds{window="recent"} 4',
        "consilium_last_part_timestamp_seconds 1699999998",
        "consilium_part_allowed_seconds 11.5",
        "consilium_status_certificate_expiry_timestamp_seconds NaN",
        'consilium_activity{activity="training"} 1',
        "consilium_round 4",
        "consilium_planned_rounds 17",
        "consilium_train_loss 0.4123",
        "consilium_validation_auroc_ratio 0.812",
        "consilium_consensus_distance_ratio 0.031",
        'consilium_sent_bytes_total{peer="south"} 1000',
        'consilium_received_bytes_total{peer="south"} 2000',
        'consilium_peer_rtt_seconds{peer="east"} NaN',
        'consilium_peer_last_exchange_timestamp_seconds{peer="south"} 1700000000.5',
        'consilium_exchanges_total{direction="inbound",outcome="failed"} 1',
        'consilium_released_bytes_total{peer="south",kind="update"} 4096',
      ]),
    );
  });

  it("withhold what the status withholds, and are there while the node is starting", async () => {
    view = {...SAMPLE_VIEW, loss: null, validation: {round: 3, n: 40, auroc: null, logLoss: null}};
    expect(await scrape()).toEqual(
      expect.arrayContaining(["consilium_train_loss NaN", "consilium_validation_auroc_ratio NaN"]),
    );
    view = null;
    expect(await scrape()).toEqual(expect.arrayContaining(["consilium_healthy 0"]));
  });

  it("count what happens", async () => {
    const seconds = {total: 2, training: 0.4, exchanging: null};
    const round = {
      round: 3,
      attempt: 0,
      stage: "training",
      result: "",
      contributors: [],
      absent: ["east"],
    } as const;
    feed.emit({type: "round", ...round, seconds, consensusDistance: null});
    const report = {type: "report", round: 3, members: ["east"], isRejection: false} as const;
    feed.emit({...report, kind: "objection", reason: "invalid", isRejection: true});
    feed.emit({...report, kind: "objection", reason: "unreachable"});
    feed.emit({...report, kind: "verdicts", reason: "left-out: outscored"});
    feed.emit({...report, kind: "waiting", reason: null});
    feed.emit({type: "egress-blocked", reason: "NETWORK_RELEASE_REQUIRED"});
    feed.emit({type: "link", peer: "south", status: "down", reason: "NETWORK_LINK_LOST"});
    const lines = await scrape();
    expect(lines).toEqual(
      expect.arrayContaining([
        "consilium_rounds_completed_total 1",
        'consilium_absences_total{peer="east"} 1',
        'consilium_round_duration_seconds_bucket{phase="total",le="1"} 0',
        'consilium_round_duration_seconds_bucket{phase="total",le="2"} 1',
        'consilium_round_duration_seconds_bucket{phase="total",le="+Inf"} 1',
        'consilium_round_duration_seconds_sum{phase="training"} 0.4',
        'consilium_updates_rejected_total{reason="objection"} 1',
        'consilium_updates_rejected_total{reason="verdicts"} 0',
        'consilium_parts_unreachable_total{peer="east"} 1',
        'consilium_egress_blocked_total{reason="NETWORK_RELEASE_REQUIRED"} 1',
        'consilium_link_changes_total{peer="south",status="down"} 1',
        'consilium_alerts{alert="egress-blocked",severity="page"} 1',
      ]),
    );
    expect(lines.join("\n")).not.toMatch(/reason="waiting"|phase="exchanging"/);
  });
});

describe("the consensus distance", () => {
  it("is counted as rising by the rounds in a row in which it rose, leaving out those in which none was taken", async () => {
    const distances = [0.5, null, 0.6, 0.7, null, 0.8, 0.8, 0.9];
    const counts: (string | undefined)[] = [];
    for (const [round, consensusDistance] of distances.entries()) {
      const seconds = {total: 1, training: null, exchanging: null};
      const facts = {round, attempt: 0, stage: "training", result: "", contributors: [], absent: []} as const;
      feed.emit({type: "round", ...facts, seconds, consensusDistance});
      counts.push(
        (await scrape()).find((line) => line.startsWith("consilium_consensus_distance_rising_rounds ")),
      );
    }
    const shown = [0, 0, 1, 2, 2, 3, 0, 1].map(
      (rounds) => `consilium_consensus_distance_rising_rounds ${rounds}`,
    );
    expect(counts).toEqual(shown);
  });
});

describe("a registry", () => {
  it("takes no name twice, and escapes what labels and helps hold", () => {
    const own = createMetricRegistry();
    own
      .gauge<"peer">({name: "a_info", help: 'A "help"\nwith \\.', labels: ["peer"]})
      .set({peer: 'a"\n\\'}, 1);
    expect(own.expose()).toBe(
      '# HELP a_info A "help"\\nwith \\\\.\n# TYPE a_info gauge\na_info{peer="a\\"\\n\\\\"} 1\n',
    );
    const twice = (): unknown => own.counter({name: "a_info", help: ""});
    let told = "";
    try {
      twice();
    } catch (error) {
      told = errorLine(error);
    }
    expect(told).toBe("CORE_METRIC_TWICE: the metric a_info was made twice.");
  });
});
