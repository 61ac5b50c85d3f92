import {sweptValue} from "../config/index.ts";
import {type StudyResults, valueText} from "../study/index.ts";
import {html, type Markup} from "./charts/markup.ts";
import {scrollingTable} from "./table.ts";

/** A line of the tables: the name of the setting for people, and its path in the experiment. */
type Line = readonly [string, string];

/** All settings of an experiment in groups. A test compares them with the schema. */
export const SETTINGS: Readonly<Record<string, readonly Line[]>> = {
  Data: [
    ["Source", "data.source"],
    ["Task", "data.task"],
    ["Partition", "data.partition"],
    ["Train patients of a site, at most", "data.patientsPerSite"],
    ["Sites that train", "data.sites"],
    ["Sites that only test", "data.external"],
    ["Features of an invented row", "data.features"],
    ["Classes", "data.classes"],
    ["Modes of a class", "data.modes"],
    ["Spread of the modes", "data.spread"],
    ["Distance of the classes", "data.separation"],
    ["Displacement of a site", "data.shift"],
    ["Train rows", "data.train"],
    ["Share or number of validation patients", "data.validation"],
    ["Share or number of test patients", "data.test"],
    ["Scaling of features", "plan.task"],
  ],
  "Model and training": [
    ["Model", "plan.model"],
    ["Rounds", "plan.rounds"],
    ["Optimiser", "plan.training.optimizer"],
    ["Batch size", "plan.training.batchSize"],
    ["Local steps, or passes, a round", "plan.training.localSteps"],
    ["Proximal term", "plan.training.proximal"],
    ["Drift correction", "plan.training.driftCorrection"],
    ["Normalisation of updates", "plan.training.normalisation"],
    ["Tensors that stay local", "plan.training.local"],
    ["Precision", "plan.numerics"],
  ],
  Exchange: [
    ["Mode", "plan.mixing.mode"],
    ["Schedule: who exchanges with whom", "plan.mixing.schedule"],
    ["Exchange of a pair", "plan.mixing.exchange"],
    ["Partners", "plan.mixing.partners"],
    ["Units of a round", "plan.mixing.units"],
    ["Seconds until a partner is given up", "plan.mixing.abandonSeconds"],
    ["Codec", "plan.mixing.codec"],
    ["Robust rule", "plan.mixing.robust"],
    ["Outer step", "plan.mixing.outer"],
    ["Weight of a site", "plan.weights"],
    ["Quorum", "plan.quorum"],
    ["Deadline of a round", "plan.deadline"],
    ["Clip and privacy", "plan.privacy"],
    ["Models kept", "plan.retention"],
  ],
  "Network and what goes wrong": [
    ["Engine", "engine"],
    ["Links: delay, bandwidth, loss", "network"],
    ["Time of a step", "compute"],
    ["Churn", "churn"],
    ["Faults", "faults"],
    ["Attacks", "attacks"],
  ],
  Comparison: [
    ["Baselines", "baselines"],
    ["Their learning rates, where not the plan's", "learningRates"],
    ["mu of FedProx", "proximal"],
    ["Swarm (HPE)", "swarm"],
    ["D-PSGD", "decentralised"],
    ["Metrics, the first one compared", "metrics"],
    ["Margin of non-inferiority", "comparison"],
    ["Target whose cost is told", "target"],
    ["Use of the test", "plan.evaluation"],
    ["Seed of the first repeat", "seed"],
    ["Repeats", "repeats"],
  ],
};

function valueAt(experiment: StudyResults["experiment"], path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => {
    if (typeof value !== "object" || value === null) return undefined;
    return Reflect.get(value, key);
  }, experiment);
}

/** Formats a value of a sweep, with its label if it has one. */
function entryText(entry: unknown): string {
  const {value, shown} = sweptValue(entry);
  return shown === value ? valueText(value) : `${valueText(shown)} (${valueText(value)})`;
}

/**
 * Describes the sweep of a setting: the values of the whole setting, of a part of it, or of the setting that
 * contains it.
 */
function sweptText({sweep}: StudyResults["experiment"], path: string): readonly string[] {
  return Object.entries(sweep).flatMap(([key, entries]) => {
    const isPart = key.startsWith(`${path}.`);
    if (key !== path && !isPart && !path.startsWith(`${key}.`)) return [];
    const what = isPart ? `${key.slice(path.length + 1)} swept` : "swept";
    return [`${what}: ${entries.map(entryText).join("; ")}`];
  });
}

function rowsOf({experiment}: StudyResults, lines: readonly Line[]) {
  return lines.flatMap(([name, path]) => {
    const value = valueAt(experiment, path);
    const swept = sweptText(experiment, path);
    if (value === undefined && swept.length === 0) return [];
    const isWhole = Object.hasOwn(experiment.sweep, path);
    return [[name, [...(isWhole ? [] : [valueText(value)]), ...swept].join(". ")]];
  });
}

/** Shows the whole experiment, so the reader needs no other file to judge the report. */
export function settingsSection(study: StudyResults): Markup {
  const groups = Object.entries(SETTINGS).map(([group, lines]) =>
    scrollingTable(group, [{head: "Setting"}, {head: "Value", isText: true}], rowsOf(study, lines)),
  );
  return html`<section><h2>The experiment</h2><p>Names and values are those of the experiment file.</p><div class="settings">${groups}</div></section>`;
}
