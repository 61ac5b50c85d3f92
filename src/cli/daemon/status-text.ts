import {formatBytes, formatSeconds} from "../../core/index.ts";
import type {StatusResponse} from "../../status/index.ts";
import {intervalText, statusLine} from "./view-text.ts";

/** Another member as a daemon's answers have it. */
export type ShownPeer = StatusResponse["node"]["peers"][number];

/** One line on another member. */
export function peerLine({name, role, link}: ShownPeer): string {
  const rtt = link.rttMs === null ? "" : ` · ${link.rttMs.toFixed(0)} ms`;
  const fault = link.lastError === null ? "" : ` · ${link.lastError}`;
  const bytes = `sent ${formatBytes(link.bytesSent)} · received ${formatBytes(link.bytesReceived)}`;
  const silent = link.status === "silent" ? ` since ${new Date(link.sinceWallMs).toISOString()}` : "";
  return `  ${name} (${role}) ${link.status}${silent}${rtt} · ${bytes}${fault}`;
}

/**
 * Lines on another member: the text of {@link peerLine}, its address, and the time when it was last heard.
 */
export function peerLines(peer: ShownPeer): string[] {
  const {link, lastExchangeWallMs, absences} = peer;
  const since = new Date(link.sinceWallMs).toISOString();
  const exchanged = lastExchangeWallMs === null ? "never" : new Date(lastExchangeWallMs).toISOString();
  const details = [`${link.status} since ${since}`, `last exchange ${exchanged}`, `absences ${absences}`];
  const where = link.address === null ? [] : [`    ${link.direction ?? "at"} ${link.address}`];
  const why = link.lastErrorDetail === null ? [] : [`    ${link.lastErrorDetail}`];
  return [peerLine(peer), `    ${details.join(" · ")}`, ...where, ...why];
}

function healthLine({health: {healthy, reason, checks}}: StatusResponse): string {
  if (healthy) return `healthy: ${reason}`;
  const failing = checks.filter(({ok}) => !ok).map(({name, detail}) => `${name} (${detail})`);
  return `NOT healthy: ${failing.join(", ")}`;
}

/** Rounds that went on without the same members, one line for each stretch of them. */
function absenceLines(absences: StatusResponse["node"]["absences"]): string[] {
  const stretches: {readonly who: string; readonly first: number; readonly last: number}[] = [];
  for (const {round, absent} of absences) {
    const who = absent.join(", ");
    const latest = stretches.at(-1);
    if (latest?.who === who && latest.last + 1 === round) stretches.splice(-1, 1, {...latest, last: round});
    else stretches.push({who, first: round, last: round});
  }
  return stretches.map(({who, first, last}) => {
    const when = first === last ? `round ${first + 1}` : `rounds ${first + 1}-${last + 1}`;
    return `${when} went on without ${who}`;
  });
}

/** The end of the run at this site; nothing before it. */
function resultLine({result, withheld}: StatusResponse["node"]): string[] {
  if (result === null) return [];
  const {model, test} = result;
  const end = `the run has ended: model ${model}`;
  if (test === null) {
    const why = withheld.test ? "withheld: fewer than 10 test patients of a class" : "none for this model";
    return [`${end} · test figures: ${why}`];
  }
  const parts = [`n ${test.n}`];
  if (test.accuracy !== null) parts.unshift(`accuracy ${intervalText(test.accuracy)}`);
  if (test.auroc !== null) parts.unshift(`AUROC ${intervalText(test.auroc)}`);
  return [end, `on test patients: ${parts.join(" · ")}`];
}

/** The members that missed some of the last rounds. */
function shareLines(shares: StatusResponse["node"]["shares"]): string[] {
  return shares.flatMap(({name, recent: {contributed, certified}}) =>
    contributed === certified
      ? []
      : [
          `${name} took part in ${Math.floor((100 * contributed) / certified)} % of the last ${certified} rounds`,
        ],
  );
}

function remainingLine({remainingSeconds, remainingReason}: StatusResponse): string[] {
  if (remainingSeconds === 0) return [];
  if (remainingSeconds === null) return [`remaining time not known: ${remainingReason}`];
  return [`about ${formatSeconds(remainingSeconds)} left`];
}

/** A status in lines for people. */
export function statusText(answer: StatusResponse): string {
  const {version, uptimeSeconds, node, alerts} = answer;
  return [
    `${node.site} of ${node.consortium} · consilium ${version} · up ${formatSeconds(uptimeSeconds)}`,
    healthLine(answer),
    ...alerts.map(({alert, severity, detail}) => `ALERT (${severity}) ${alert}: ${detail}`),
    `plan ${node.plan.name} · ${node.plan.hash}`,
    statusLine(node),
    ...remainingLine(answer),
    ...node.peers.map(peerLine),
    ...shareLines(node.shares),
    ...absenceLines(node.absences),
    ...(node.certified === null || node.result !== null
      ? []
      : [`model ${node.certified.result} after round ${node.certified.round + 1}`]),
    ...resultLine(node),
  ].join("\n");
}
