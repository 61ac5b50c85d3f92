import type {RunsAnswer} from "../../answers/list-answers.ts";
import type {StatusResponse} from "../../answers/status-answer.ts";
import {element, type Markup} from "./markup.ts";
import {also, facts, more, note, panel, sign, table} from "./parts.ts";
import {age, duration, figure, names, shortened, UNKNOWN} from "./words.ts";

type Plan = RunsAnswer["data"][number]["plan"];

const STAGES = {
  mean: "statistics: means of the features",
  deviation: "statistics: spread of the features",
  training: "training",
};

const ALERTS: Readonly<Record<StatusResponse["alerts"][number]["alert"], string>> = {
  "peers-below-quorum": "Too few members are linked",
  "round-stalled": "The round does not go on",
  equivocation: "A member voted for two results",
  "egress-blocked": "Something was about to leave that may not",
  "node-failed": "The node has failed and can not go on",
};

function remainingText({remainingSeconds, node}: StatusResponse): string {
  if (node.activity === "finished") return "nothing remains";
  if (remainingSeconds === null) return "remaining time not known yet";
  return `about ${duration(remainingSeconds)} left`;
}

/** What the run ended with, on this site's test patients. */
function testFacts({node: {test}}: StatusResponse): readonly (readonly [string, string])[] {
  if (test === null) return [];
  const {auroc, n} = test;
  const text =
    auroc === null ? UNKNOWN : `${figure(auroc.value)} [${figure(auroc.low)}, ${figure(auroc.high)}], n ${n}`;
  return [["AUROC on test patients", text]];
}

/** How far the run has come. */
export function progressView(status: StatusResponse, nowMs: number): Markup {
  const {round, rounds, stage, ready, voters, pace, activity, certified, backend} = status.node;
  const isEnd = activity === "finished" || round >= rounds;
  const words = isEnd ? `All ${rounds} rounds are done` : `Round ${round + 1} of ${rounds}`;
  const percent = Math.round((Math.min(round, rounds) / Math.max(1, rounds)) * 100);
  const median = pace.medianRoundSeconds;
  const since = isEnd ? "–" : age((nowMs - pace.roundSinceWallMs) / 1000);
  return panel(
    "progress",
    "Progress",
    element(
      "p",
      {class: "line spread"},
      element("strong", {}, words),
      element("span", {}, `${percent} %, ${remainingText(status)}`),
    ),
    element(
      "progress",
      {max: rounds, value: Math.min(round, rounds), "aria-label": `Rounds done of ${rounds}`},
      `${percent} %`,
    ),
    facts([
      ["Stage", stage === null ? "the run has ended" : STAGES[stage]],
      ["This round for", since],
      ["Median round", median === null ? "not known yet" : duration(median)],
      ["Work handed in", isEnd ? "–" : `${ready.length} of ${voters}`],
      ["Last certified", certified === null ? "none yet" : `round ${certified.round + 1}`],
      ["Computes on", backend ?? "not known yet"],
      ...testFacts(status),
    ]),
  );
}

/** The alerts that stand, one a line. */
export function alertList(alerts: StatusResponse["alerts"]): Markup {
  const items = alerts.map(({alert, severity, since, detail}) => {
    const words = severity === "page" ? "Act now" : "Look soon";
    return element(
      "li",
      {},
      sign(severity === "page" ? "bad" : "warn"),
      element(
        "span",
        {},
        element("strong", {}, `${words}: ${ALERTS[alert]}`),
        ` (${detail}) `,
        element("time", {datetime: since}, `since ${since.slice(11, 19)} UTC`),
      ),
    );
  });
  return element("ul", {class: "alerts"}, ...items);
}

/** What stands that somebody must look at. */
export function alertsView({alerts}: StatusResponse): Markup {
  const none = element("p", {class: "line"}, sign("good"), "No alert stands.");
  const body = alerts.length === 0 ? none : alertList(alerts);
  return panel("alerts", "Alerts", body);
}

function localWork({localSteps}: Plan["training"]): string {
  return typeof localSteps === "number" ? `${localSteps} steps` : `${localSteps.epochs} epochs`;
}

function mixingText({mixing}: Plan): string {
  if (mixing.mode === "async") return `asynchronous, ${mixing.exchange}, ${mixing.codec}`;
  const {schedule, codec, robust} = mixing;
  const groups =
    schedule === "all" ? "one group of all" : typeof schedule === "string" ? schedule : schedule.name;
  return `${groups}, ${codec}, ${robust === "none" ? "no robust rule" : robust.rule}`;
}

function planFacts({plan, run, planHash}: RunsAnswer["data"][number]): Markup {
  const {clip, noise, secureSums, disclosure} = plan.privacy;
  return facts([
    ["Plan", plan.name],
    ["Task", plan.task.name],
    ["Model", plan.model.architecture],
    ["Local work", `${localWork(plan.training)}, ${plan.training.optimizer.name}`],
    ["Mixing", mixingText(plan)],
    ["Clip", `norm ${clip}`],
    ["Noise; secure sums", `${noise}; ${secureSums}`],
    ["Small counts", disclosure === "public" ? "shown: the data are public" : "withheld"],
    ["Plan hash", element("code", {title: planHash}, shortened(planHash, 19))],
    ["Run", element("code", {title: run}, shortened(run, 19))],
  ]);
}

function rosterTable({members}: RunsAnswer["data"][number], own: string): Markup {
  const rows = members.map(({name, role, peerId}) => [
    name === own ? [name, also("this node")] : name,
    role,
    element("code", {title: peerId}, shortened(peerId, 16)),
  ]);
  return table({caption: "Members on the roster", heads: ["Member", "Role", "Peer ID"], rows});
}

/** Who takes part in which plan. */
export function planView(runs: RunsAnswer | null, own: string): Markup {
  const [run] = runs?.data ?? [];
  if (run === undefined) return panel("plan", "Roster and plan", note("not known yet"));
  return panel(
    "plan",
    "Roster and plan",
    planFacts(run),
    more(
      `Roster: ${names(
        run.members.map(({name}) => name),
        4,
      )}`,
      rosterTable(run, own),
    ),
    more(
      "The whole plan",
      element(
        "pre",
        {tabindex: 0, role: "region", "aria-label": "The whole plan"},
        JSON.stringify(run.plan, null, 2),
      ),
    ),
  );
}
