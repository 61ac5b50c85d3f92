import {pointText} from "../outputs/point-columns.ts";
import type {StudyResults} from "../study/results.ts";
import {html, type Markup} from "./markup.ts";
import {table} from "./table.ts";

const ASSUMPTIONS: readonly (readonly [string, string])[] = [
  [
    "Time",
    "All times are virtual. They follow from the delays, bandwidths and seconds a step that the experiment file states; no hospital's network or machine was measured. The fast engine sends no messages, so its times leave out votes, repeats and waiting.",
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

/** What a simulation takes for granted. */
export function assumptionsSection(): Markup {
  return html`<section><h2>What this simulation assumes</h2><dl class="terms">${ASSUMPTIONS.map(([term, text]) => html`<dt>${term}</dt><dd>${text}</dd>`)}</dl></section>`;
}

/** With what it was made, and how to see that a rerun is the same. */
export function reproductionSection({environment, states, name}: StudyResults): Markup {
  const {consilium, node, platform, backend, engine, threads} = environment;
  const made = [
    ["Consilium", consilium],
    ["Node.js", node],
    ["Platform", platform],
    ["Backend of training", backend],
    ["Engine", `${engine}, ${threads} ${threads === 1 ? "thread" : "threads"}`],
  ];
  const hashes = states.map(({point, seed, sha256}) => [
    seed,
    pointText(point) || "\u2013",
    html`<code>${sha256}</code>`,
  ]);
  return html`<section><h2>To run it again</h2><p>The experiment <code>${name}</code> with all defaults filled in is in <code>config.resolved.json</code> beside this file; figures are in <code>results.csv</code> and <code>rounds.csv</code>, all of it in <code>summary.json</code>.</p>${table("Made with", [{head: "What"}, {head: "Version"}], made)}${hashes.length === 0 ? null : html`<details><summary>SHA-256 of the network's final state, by seed</summary>${table("Equal hashes mean equal parameters, bit by bit", [{head: "Seed"}, {head: "Point"}, {head: "SHA-256"}], hashes)}</details>`}</section>`;
}
