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
  return `  ${name} (${role}) ${link.status}${rtt} · ${bytes}${fault}`;
}

/** Lines on another member: what {@link peerLine} says, where it is, when it was last heard of. */
export function peerLines(peer: ShownPeer): string[] {
  const {link, lastExchangeWallMs, absences} = peer;
  const since = new Date(link.sinceWallMs).toISOString();
  const exchanged = lastExchangeWallMs === null ? "never" : new Date(lastExchangeWallMs).toISOString();
  const details = [`${link.status} since ${since}`, `last exchange ${exchanged}`, `absences ${absences}`];
  const where = link.address === null ? [] : [`    ${link.direction ?? "at"} ${link.address}`];
  const why = link.lastErrorDetail === null ? [] : [`    ${link.lastErrorDetail}`];
  return [peerLine(peer), `    ${details.join(" · ")}`, ...where, ...why];
}

function healthLine({health}: StatusResponse): string {
  if (health.healthy) return "healthy: on the roster, through preflight and exchanging";
  const failing = health.checks.filter(({ok}) => !ok).map(({name, detail}) => `${name} (${detail})`);
  return `NOT healthy: ${failing.join(", ")}`;
}

/** Rounds that went on without the same members, each stretch of them in a line. */
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

/** How the final model does on the test patients; nothing where the plan withholds it, or before the end. */
function testLine(test: StatusResponse["node"]["test"]): string[] {
  if (test === null) return [];
  const parts = [`n ${test.n}`];
  if (test.accuracy !== null) parts.unshift(`accuracy ${intervalText(test.accuracy)}`);
  if (test.auroc !== null) parts.unshift(`AUROC ${intervalText(test.auroc)}`);
  return [`on test patients: ${parts.join(" · ")}`];
}

/** What a status says, for people. */
export function statusText(answer: StatusResponse): string {
  const {version, uptimeSeconds, node, alerts} = answer;
  return [
    `${node.site} of ${node.consortium} · consilium ${version} · up ${formatSeconds(uptimeSeconds)}`,
    healthLine(answer),
    ...alerts.map(({alert, severity, detail}) => `ALERT (${severity}) ${alert}: ${detail}`),
    `plan ${node.plan.name} · ${node.plan.hash}`,
    statusLine(node),
    ...node.peers.map(peerLine),
    ...absenceLines(node.absences),
    ...(node.certified === null
      ? []
      : [`model ${node.certified.result} after round ${node.certified.round + 1}`]),
    ...testLine(node.test),
  ].join("\n");
}
