import type {Effect, Report} from "../../rounds/index.ts";

function describeReport({kind, round, ...rest}: Report): string {
  const facts = Object.entries(rest).flatMap(([name, value]) =>
    typeof value === "string" || typeof value === "number" ? [`${name} ${value}`] : [],
  );
  const missing = kind === "waiting" ? [rest].flatMap((own) => ("missing" in own ? own.missing : [])) : [];
  return ["report", kind, `round ${round}`, ...facts, ...missing].join(" ");
}

/**
 * Describes an effect in one line that differs from any other of the same moment; holds hashes and sizes, no
 * data.
 */
export function describeEffect(effect: Effect): string {
  switch (effect.type) {
    case "send":
      return `send ${effect.frame.type} to ${effect.to}`;
    case "fetch":
      return `fetch #${effect.id} ${effect.hash} ${effect.offset}+${effect.length} from ${effect.from}`;
    case "cancel":
      return `cancel #${effect.id}`;
    case "publish-contribution":
      return `publish contribution ${effect.contribution.hash}`;
    case "publish-mixture":
      return `publish mixture ${effect.mixture.hash}`;
    case "publish-snapshot":
      return `publish snapshot ${effect.snapshot.hash}`;
    case "withdraw":
      return `withdraw ${effect.hash}`;
    case "persist":
      return `persist #${effect.id} ${effect.record.kind}`;
    case "arm":
      return `arm ${effect.timer} ${effect.afterMs}`;
    case "disarm":
      return `disarm ${effect.timer}`;
    case "work":
      return `work on unit ${effect.unit} of round ${effect.round}`;
    case "report":
      return describeReport(effect.report);
    default:
      return `certified round ${effect.certificate.body.round} ${effect.certificate.body.result}`;
  }
}
