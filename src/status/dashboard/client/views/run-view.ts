import {element, type PageMarkup} from "../../../../drawing/index.ts";
import type {RunsAnswer} from "../../../answers/list-answers.ts";
import type {StatusResponse} from "../../../answers/status-answer.ts";
import {also, facts, more, note, panel, table} from "../parts.ts";
import {age, duration, NOT_YET, names, shortened} from "../words.ts";

type Plan = RunsAnswer["data"][number]["plan"];

const STAGES = {
  mean: "means of the features, for scaling",
  deviation: "spread of the features, for scaling",
  training: "training",
};

function remainingText({remainingSeconds, remainingReason, node}: StatusResponse): string {
  if (node.stage === null) return "nothing remains";
  if (remainingSeconds === null) return `remaining time unknown: ${remainingReason}`;
  return `about ${duration(remainingSeconds)} left`;
}

/** Progress of the run. */
export function progressView(status: StatusResponse, nowMs: number): PageMarkup {
  const {round, rounds, stage, ready, voters, pace, activity, certified, backend} = status.node;
  const isEnd = activity === "finished" || round >= rounds;
  const words = isEnd ? `All ${rounds} rounds are done` : `Round ${round + 1} of ${rounds}`;
  const percent = Math.floor((Math.min(round, rounds) / Math.max(1, rounds)) * 100);
  const median = pace.medianRoundSeconds;
  const since = age((nowMs - pace.roundSinceWallMs) / 1000);
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
      ...(stage === null ? [] : ([["What it does", STAGES[stage]]] as const)),
      ...(isEnd ? [] : ([["This round", `for ${since}`]] as const)),
      ["A round takes", median === null ? NOT_YET : `${duration(median)} (median)`],
      ...(isEnd ? [] : ([["Have handed in their work", `${ready.length} of ${voters} members`]] as const)),
      ["Last round that ended", certified === null ? "none yet" : `round ${certified.round + 1}`],
      ["Computes on", backend ?? NOT_YET],
    ]),
  );
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

function planFacts({plan}: RunsAnswer["data"][number]): PageMarkup {
  return facts([
    ["Plan", plan.name],
    ["Task", plan.task.name],
    ["Model", plan.model.architecture],
    ["Local work", `${localWork(plan.training)}, ${plan.training.optimizer.name}`],
    ["Mixing", mixingText(plan)],
    ["Small counts", plan.privacy.disclosure === "public" ? "shown: the data are public" : "withheld"],
  ]);
}

function moreFacts({plan: {privacy}, run, planHash}: RunsAnswer["data"][number]): PageMarkup {
  const {clip, noise, secureSums} = privacy;
  return facts([
    ["Clip", `norm ${clip}`],
    ["Noise", noise],
    ["Secure sums", secureSums],
    ["Plan hash", element("code", {title: planHash}, shortened(planHash, 19))],
    ["Run", element("code", {title: run}, shortened(run, 19))],
  ]);
}

function rosterTable({members}: RunsAnswer["data"][number], own: string): PageMarkup {
  const rows = members.map(({name, role, peerId}) => [
    name === own ? [name, also("this node")] : name,
    role,
    element("code", {title: peerId}, shortened(peerId, 16)),
  ]);
  return table({caption: "Members on the roster", heads: ["Member", "Role", "Peer ID"], rows});
}

/** The members of each plan. */
export function planView(runs: RunsAnswer | null, own: string): PageMarkup {
  const [run] = runs?.data ?? [];
  if (run === undefined) return panel("plan", "Roster and plan", note(NOT_YET));
  return panel(
    "plan",
    "Roster and plan",
    planFacts(run),
    more("Privacy, hash and run", moreFacts(run)),
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
