import {expect, it, onTestFinished} from "vitest";
import {askDaemon} from "../../src/cli/daemon/ask-daemon.ts";
import {statusText} from "../../src/cli/daemon/status-text.ts";
import {statusResponseSchema} from "../../src/status/index.ts";
import {openSampleServer, sampleNode} from "../status/sample-node.ts";
import {SAMPLE_VIEW} from "../status/sample-view.ts";

it("a status tells a stretch of rounds without a member in one line, and at the end how the model does", async () => {
  const without = (round: number, ...absent: string[]) => ({
    round,
    attempt: 0,
    result: "01".repeat(32),
    absent,
  });
  const absences = [2, 3, 4].map((round) => without(round, "east"));
  const view = {...SAMPLE_VIEW, absences: [...absences, without(5, "east", "south"), without(9, "east")]};
  const {server} = await openSampleServer({node: () => sampleNode(() => view)});
  onTestFinished(() => server.close());
  const target = {url: server.url, token: null, tls: null};
  const answer = await askDaemon(target, "/v1/status", statusResponseSchema);
  expect(statusText(answer).split("\n").slice(-5)).toEqual([
    "rounds 3-5 went on without east",
    "round 6 went on without east, south",
    "round 10 went on without east",
    `the run has ended: model ${"ef".repeat(32)}`,
    "on test patients: AUROC 0.80 [0.70-0.90] · accuracy 0.80 [0.70-0.90] · n 50",
  ]);
});
