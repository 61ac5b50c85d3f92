import {expect, it} from "vitest";
import {createJsonLogger} from "../../src/core/index.ts";
import {logReport} from "../../src/node/watch/report-log.ts";
import type {Report} from "../../src/rounds/index.ts";

/** The lines that a report leaves in the log. */
function linesOf(report: Report): readonly Readonly<Record<string, unknown>>[] {
  const lines: string[] = [];
  const logger = createJsonLogger("debug", {write: (line) => void lines.push(line)});
  logReport(logger, report, (member) => member.toUpperCase());
  return lines.map((line) => JSON.parse(line));
}

it("counts rounds from 1 for people, whatever is reported", () => {
  const reports: readonly Report[] = [
    {kind: "waiting", round: 0, missing: ["a"]},
    {kind: "took-over", round: 0, ballot: 1},
    {kind: "left-out", round: 0},
    {kind: "lineage-adopted", round: 0, member: "a"},
    {kind: "verdicts", round: 0, verdicts: [{member: "a", verdict: "rejected", reason: "size"}]},
  ];
  for (const report of reports) expect(linesOf(report), report.kind).toMatchObject([{round: 1}]);
});
