import {LEAST_ROBUST_MEMBERS} from "../robust/index.ts";
import {type IdentifiedPlan, type Plan, runId} from "./plan.ts";
import type {Roster} from "./roster.ts";
import {weightCap} from "./weight-cap.ts";

const STANDARDISATION: Record<Plan["task"]["standardisation"], string> = {
  site: "Each site scales its columns by its own mean and spread; these do not leave it.",
  federated:
    "Columns are scaled by all sites' mean and spread: each site sends the means of its columns, and the mean squared deviations from everyone's mean, once.",
  none: "Columns are used as they are.",
};

function modelLine({model}: Plan): string {
  switch (model.architecture) {
    case "logistic":
      return "a logistic regression";
    case "cox":
      return "proportional hazards (Cox), in which each site's patients are compared among themselves only,";
    case "mlp":
      return `a neural network with hidden layers of ${model.hidden.join(", ")} units (${model.activation})`;
    case "tile-mlp":
      return `a neural network on single tiles, with hidden layers of ${model.hidden.join(", ")} units (${model.activation}), whose scores are averaged over a patient's tiles,`;
    case "gated-attention-mil":
      return `a network that weighs a patient's tiles by gated attention (embedding ${model.embedding}, attention ${model.attention})`;
  }
}

/** Requirements on the sites' data; nothing for tables, whose columns are the task's. */
function inputLines({task: {input}}: Plan): string[] {
  if (input.kind === "tabular") return [];
  const {extractor, dimension, tileSizeUm, tileSizePx, tilesPerPatient, positive, negative} = input;
  const sizes = [
    tileSizeUm === null ? [] : `${tileSizeUm} micrometres`,
    tileSizePx === null ? [] : `${tileSizePx} pixels`,
  ];
  const tile = sizes.flat().join(", ");
  return [
    `On: tiles of slides${tile === "" ? "" : ` (${tile})`}, ${dimension} features each by ${extractor}, at most ${tilesPerPatient} of a patient; ${positive.join(", ")} against ${negative.join(", ")}.`,
  ];
}

function stepsText(localSteps: Plan["training"]["localSteps"]): string {
  if (typeof localSteps === "number") return `${localSteps} steps`;
  return `as many steps as ${localSteps.epochs} passes over its data take,`;
}

/** The measures beside the optimiser's steps and the mean; leaves out those that are not used. */
function optimiserLines({training, mixing}: Plan): string[] {
  const {proximal, driftCorrection, normalisation, local} = training;
  const outer = mixing.mode === "async" ? "none" : mixing.outer;
  return [
    proximal === 0
      ? []
      : [`Each step is pulled back to the model it began from (FedProx, strength ${proximal}).`],
    driftCorrection === "none"
      ? []
      : [
          "Drift correction (SCAFFOLD): with its update a site sends its mean gradient, as large again; both are kept within the same length.",
        ],
    normalisation === "none"
      ? []
      : [
          "Sites that take more steps do not count more for it (FedNova): each also sends how far its steps go.",
        ],
    local.length === 0 ? [] : [`Stays at each site, and is never sent: ${local.join(", ")}.`],
    outer === "none"
      ? []
      : [
          `The common model goes on from the mean with rate ${outer.learningRate} and momentum ${outer.momentum} over the rounds.`,
        ],
  ].flat();
}

function trainingLine({training, rounds, mixing}: Plan): string {
  const {optimizer, batchSize, localSteps} = training;
  const batch = batchSize === "all" ? "all its patients" : `${batchSize} patients`;
  const method = `${optimizer.name}, learning rate ${optimizer.learningRate}`;
  if (mixing.mode === "async") {
    const way = mixing.exchange === "swap" ? "swap models" : "send each other half of their weight";
    return `${rounds} rounds; in each, a site trains in units of ${stepsText(localSteps)} on ${batch} (${method}) and exchanges with another after each, at its own pace, until every site's training counts as ${mixing.units} units; pairs ${way}.`;
  }
  return `${rounds} rounds; in each, a site takes ${stepsText(localSteps)} on ${batch} (${method}).`;
}

function quorumLine({mixing, quorum}: Plan): string {
  // Mixed masses do not tell which site's patients they count.
  const deciders = quorum.rule === "two-thirds" ? "more than two thirds" : "a majority";
  if (mixing.mode === "async") return `A round counts when ${deciders} of the members decide it.`;
  return `A round counts when ${deciders} of the members, with at least ${quorum.weightShare * 100} % of the patients, decide it.`;
}

/** The clipping of models that others send; nothing if they are taken unchanged. */
function clippingLines({mixing}: Plan): string[] {
  if (mixing.mode === "rounds" || mixing.robust === "none") return [];
  return [
    `A model that a site receives is moved towards its own where it is further off than those of ${mixing.robust.faulty} faulty sites explain; the sites' patients then no longer weigh exactly by their number.`,
  ];
}

function leaving({mixing}: Plan): string {
  return mixing.mode === "async"
    ? "after each unit the change of the model's parameters, mixed with what others sent,"
    : "in each round the change of the model's parameters";
}

function disclosureLine({privacy}: Plan): string {
  return privacy.disclosure === "public"
    ? "All counts and metrics may be shown: the data are declared public."
    : "The total number of patients is shown to the members; counts below 10 of a class do not leave a site.";
}

function whoLine(plan: Plan, roster: Roster): string {
  const names = (role: string): string[] =>
    roster.members.filter((member) => member.role === role).map((member) => member.name);
  const trainers = names("trainer");
  const evaluators = names("evaluator");
  const others = evaluators.length === 0 ? "" : ` Evaluating only: ${evaluators.join(", ")}.`;
  const {members, patients} = plan.start;
  return `Who: ${trainers.join(", ")} (${trainers.length} sites).${others} It begins with ${members} sites and ${patients} patients.`;
}

const TRAVEL: Record<Plan["mixing"]["codec"], string> = {
  f32: "4 bytes each",
  fp16: "2 bytes each",
  int8: "1 byte each, rounded at random",
  sign: "their signs, and the mean size of each 256",
  top10: "the largest 26 of each 256",
  top1: "the largest 3 of each 256",
};

/** Above this size one group of all costs more than phases of smaller groups. */
const LARGEST_GROUP = 24;

function mixingLines({mixing, task}: Plan, trainers: number): string[] {
  if (mixing.mode === "async") return [];
  const {schedule, robust} = mixing;
  const lines: string[] = [];
  if (schedule !== "all") {
    const name = schedule === "grid" ? schedule : schedule.name;
    lines.push(
      `Mixing: in phases of the schedule ${name}; one site's result, near everyone's, becomes the round's.`,
    );
  } else if (trainers > LARGEST_GROUP) {
    lines.push(
      `Mixing: one group of ${trainers} sites; above ${LARGEST_GROUP}, the schedule base is lighter.`,
    );
  }
  if (robust !== "none") {
    const first = [
      ...(robust.adaptiveClipping ? ["after the longest are shortened, "] : []),
      ...(robust.nearestNeighbours ? ["after nearest-neighbour mixing, "] : []),
    ].join("");
    lines.push(
      `Against harmful contributions: ${first}${robust.rule}, for up to ${robust.faulty} such sites; every site counts alike, and every site receives every contribution whole.`,
    );
    if (task.standardisation === "federated") {
      lines.push(
        "The common scaling of the columns is a plain mean all the same: the rule does not protect it.",
      );
    }
    if (trainers < LEAST_ROBUST_MEMBERS) {
      lines.push(`With fewer than ${LEAST_ROBUST_MEMBERS} sites such a rule protects little.`);
    }
  }
  return lines;
}

function voteLines(plan: Plan): string[] {
  const {cap} = plan.weights;
  if (typeof cap === "number") return [];
  const votes = cap.votes.map(({site, patients}) => `${site} ${patients}`);
  return [
    `That a site counts as at most ${weightCap(plan)} patients is the lower median of the votes ${votes.join(", ")}.`,
  ];
}

/**
 * Describes a plan in plain language for the people who approve it, one line each: the training and its
 * label, the participants, the data that leaves a site and the data that does not, and the hash.
 * @param label the outcome that is predicted, as the task file calls it
 */
export function describePlan({plan, hash}: IdentifiedPlan, roster: Roster, label: string): string[] {
  const trainers = roster.members.filter(({role}) => role === "trainer").length;
  return [
    `Plan ${plan.name} of the consortium ${plan.consortium}`,
    `What: ${modelLine(plan)} that predicts "${label}" (task ${plan.task.name}).`,
    ...inputLines(plan),
    whoLine(plan, roster),
    `How: ${trainingLine(plan)}`,
    ...optimiserLines(plan),
    ...mixingLines(plan, trainers),
    STANDARDISATION[plan.task.standardisation],
    `What leaves a site: ${leaving(plan)} (${TRAVEL[plan.mixing.codec]}), at most ${plan.privacy.clip} long${plan.mixing.mode === "async" ? " a unit" : ""}, and the site's number of ${plan.weights.unit} (at most ${weightCap(plan)}).`,
    ...voteLines(plan),
    "What does not: no record, no file, no patient's key.",
    ...clippingLines(plan),
    "Noise: none. Secure sums: none. The other members see each site's contribution as it is.",
    disclosureLine(plan),
    quorumLine(plan),
    `Hash to approve: ${hash}`,
    `First run: ${runId(hash, 1)}`,
  ];
}
