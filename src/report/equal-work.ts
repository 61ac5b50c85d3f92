import {GOSSIP, type StudyResults, unfinishedOf, type WorkRow} from "../study/index.ts";
import {isSiteAlone} from "./charts/palette.ts";
import {lostWords} from "./result-groups.ts";
import {listText, rangeText} from "./words.ts";

/**
 * Passes over the train patients count as equal if they differ by at most this share of the larger number.
 */
const ROUNDING = 0.05;

/** A method that trained more or less than the network at some seeds. */
interface Unequal {
  readonly method: string;
  readonly own: readonly WorkRow[];
  readonly network: readonly WorkRow[];
}

function unequalOf({work}: StudyResults): readonly Unequal[] {
  const network = new Map(work.flatMap((row) => (row.method === GOSSIP ? [[row.seed, row] as const] : [])));
  const methods = new Set(
    work.map(({method}) => method).filter((name) => name !== GOSSIP && !isSiteAlone(name)),
  );
  return [...methods].flatMap((method) => {
    const pairs = work.flatMap((own) => {
      const beside = network.get(own.seed);
      if (own.method !== method || beside === undefined) return [];
      const isEqual = Math.abs(own.passes - beside.passes) <= ROUNDING * Math.max(own.passes, beside.passes);
      return isEqual ? [] : [{own, beside}];
    });
    const [own, others] = [pairs.map((pair) => pair.own), pairs.map(({beside}) => beside)];
    return own.length === 0 ? [] : [{method, own, network: others}];
  });
}

const passesText = (rows: readonly WorkRow[]): string =>
  rangeText(
    rows.map(({passes}) => passes),
    (passes) => passes.toFixed(1),
  );

/**
 * Explains why the work differs at the seeds at which it does; empty if the only reason is rounding to whole
 * exchanges.
 */
function reasonText({results, rounds}: StudyResults, {method, own}: Unequal): string {
  const seeds = new Set(own.map(({seed}) => seed));
  const lost = unfinishedOf(results).filter(({seed}) => seeds.has(seed));
  const endOf = (name: string): string => lostWords(lost.filter((end) => end.method === name));
  const isAway = rounds.some((row) => row.method === GOSSIP && seeds.has(row.seed) && row.absent.length > 0);
  const reasons = [
    ...(endOf(method) === "" ? [] : [`it ${endOf(method)}`]),
    ...(endOf(GOSSIP) === "" ? [] : [`the network ${endOf(GOSSIP)}`]),
    ...(isAway ? ["nodes of the network were absent"] : []),
  ];
  return reasons.length === 0 ? "" : ` (${listText(reasons)})`;
}

/** Tells whether all methods trained as much as the network, and otherwise which did not and why. */
export function equalWorkText(study: StudyResults): string {
  const unequal = unequalOf(study);
  if (unequal.length === 0)
    return "Equal work: at each seed every method, all its sites together, passes over the train patients as often as the network, to within 5 %.";
  const groups = new Map<string, string[]>();
  for (const row of unequal) {
    const text = `${passesText(row.own)} passes, the network ${passesText(row.network)}${reasonText(study, row)}`;
    groups.set(text, [...(groups.get(text) ?? []), row.method]);
  }
  const parts = [...groups].map(([text, methods]) => `${listText(methods)} made ${text}`);
  return `The work is not equal, at some seed: ${parts.join("; ")}.`;
}
