import {BASELINE_NAMES, GOSSIP, isDPsgd, pointText, type StudyResults, UNATTACKED} from "../study/index.ts";
import {html, type Markup} from "./charts/markup.ts";
import {isLocal} from "./charts/palette.ts";
import {scrollingTable} from "./table.ts";
import {countOf} from "./words.ts";

const ASSUMPTIONS: readonly (readonly [string, string])[] = [
  [
    "Time",
    "All times are virtual. They follow from the delays, bandwidths and seconds a step that the experiment file states; no hospital's network or machine was measured. The fast engine sends no messages, so its times leave out votes, repeats and waiting, and its bytes leave out what members that others overtake fetch besides.",
  ],
  [
    "Protocol",
    "The network under test runs the daemon's own code for rounds, releases and mixing. Baselines that need all patients in one place, or a server, exist only in a simulation.",
  ],
  [
    "Sites",
    "Every site is simulated on one machine. Missing data, delays of approval, and people are not part of it.",
  ],
  [
    "Chance",
    "Equal experiment files and seeds give equal bytes on every machine of one type. Intervals are two-sided 95 %; over few seeds they are wide because they should be.",
  ],
];

const METHODS: Readonly<Record<string, string>> = {
  [GOSSIP]:
    "The network under test: sites train by themselves and exchange changes of parameters with one another, without a server; no patient record leaves a site.",
  [BASELINE_NAMES.pooled]:
    "One model of all train patients in one place: what sharing the data itself would give.",
  [UNATTACKED]: "The same network in which no site does harm: the difference is what the attack costs.",
  [BASELINE_NAMES.fedavg]:
    "A server averages the sites' models after each round, weighted by their train patients.",
  [BASELINE_NAMES.fedprox]: "FedAvg with a pull of each site's model towards the common one.",
  [BASELINE_NAMES["swarm-hpe"]]:
    "Swarm learning: in each merge a leader, who changes, combines the models of those present.",
  [BASELINE_NAMES["d-psgd"]]:
    "Decentralised SGD: every node keeps a model of its own. In each round it takes its local steps, then the weighted mean of its own and its neighbours' models on the graph that is named; no model is adopted.",
  [BASELINE_NAMES.local]: "Each site trains alone on its own patients: what not joining gives.",
};

/** Returns the family of a method: one site's training alone, or decentralised SGD on one graph. */
function familyOf(method: string): string {
  if (isLocal(method)) return BASELINE_NAMES.local;
  return isDPsgd(method) ? BASELINE_NAMES["d-psgd"] : method;
}

/** Describes each method of this study in one sentence. */
export function methodsSection(study: StudyResults): Markup {
  const names = new Set([...study.results, ...study.rounds].map(({method}) => familyOf(method)));
  const known = Object.entries(METHODS).filter(([name]) => names.has(name));
  return html`<section><h2>The methods</h2><dl class="terms">${known.map(([name, text]) => html`<dt>${name}</dt><dd>${text}</dd>`)}</dl></section>`;
}

/** Lists the assumptions of a simulation. */
export function assumptionsSection(): Markup {
  return html`<section><h2>What this simulation assumes</h2><dl class="terms">${ASSUMPTIONS.map(([term, text]) => html`<dt>${term}</dt><dd>${text}</dd>`)}</dl></section>`;
}

/** Describes how the results were made, and how to check that a rerun is the same. */
export function reproductionSection({environment, states, name}: StudyResults): Markup {
  const {consilium, commit, node, platform, processor, cores, backend, tfjs, engine, threads} = environment;
  const made = [
    ["Consilium", commit === null ? consilium : `${consilium}, commit ${commit}`],
    ["Node.js", node],
    ["Platform", platform],
    ["Processor", `${processor}, ${countOf(cores, "core")}`],
    ["What computed the training", backend],
    ["tfjs", tfjs],
    ["Engine", `${engine}, ${threads === 0 ? "the calling thread" : countOf(threads, "thread")}`],
  ];
  const hashes = states.map(({point, seed, sha256}) => [
    seed,
    pointText(point) || "\u2013",
    html`<code>${sha256}</code>`,
  ]);
  return html`<section><h2>To run it again</h2><p>The experiment <code>${name}</code> with all defaults filled in is in <code>config.resolved.json</code> beside this file; figures are in <code>results.csv</code> and <code>rounds.csv</code>, all of it in <code>summary.json</code>, and the numbers of each picture in a CSV file of its name.</p>${scrollingTable("Made with", [{head: "What"}, {head: "Version"}], made)}${hashes.length === 0 ? null : html`<details><summary>SHA-256 of the network's final state, by seed</summary>${scrollingTable("Equal hashes mean equal parameters, bit by bit", [{head: "Seed"}, {head: "Point"}, {head: "SHA-256"}], hashes)}</details>`}</section>`;
}
