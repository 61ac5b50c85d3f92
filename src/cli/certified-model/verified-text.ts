import {INTENDED_USE, type MemberPart, type Stretch, type VerifiedModel} from "../../lineage/index.ts";

/** Stretches and members that a person is shown; the rest is in the JSON. */
const MOST_SHOWN = 12;

/** Rounds from 0 as people read them: `1-3, 5`. */
function roundsText(rounds: readonly number[]): string {
  const spans: [number, number][] = [];
  for (const round of rounds) {
    const last = spans.at(-1);
    if (last !== undefined && last[1] === round - 1) last[1] = round;
    else spans.push([round, round]);
  }
  const shown = spans
    .slice(0, MOST_SHOWN)
    .map(([from, to]) => (from === to ? `${from + 1}` : `${from + 1}-${to + 1}`));
  return [...shown, ...(spans.length > MOST_SHOWN ? ["and more"] : [])].join(", ");
}

function stretchLine({from, to, contributors, weight, counted}: Stretch, verified: VerifiedModel): string {
  const {roster, plan} = verified.facts;
  const names = contributors.map(
    (contributor) => roster.members.find(({peerId}) => peerId === contributor)?.name ?? contributor,
  );
  const rounds = from === to ? `round ${from + 1}` : `rounds ${from + 1}-${to + 1}`;
  const count = counted === null ? "" : ` (${counted} ${plan.plan.weights.unit})`;
  return `  ${rounds}: ${names.sort().join(", ")}; weight ${weight}${count}`;
}

function partLines(member: MemberPart): string[] {
  const {name, fingerprint, role, approved, trained, contributed, late, absent, missed} = member;
  const key = `    key ${fingerprint}`;
  if (role !== "trainer") return [`  ${name}: ${role}, contributes nothing by its role`, key];
  const approval = approved ? "approved the plan" : "no trace of an approval";
  const counts = `contributed to ${contributed} rounds (${trained} of training), late ${late}, absent ${absent}`;
  const line = `  ${name}: trainer, ${approval}, ${counts}`;
  return [line, key, ...(missed.length === 0 ? [] : [`    not in rounds ${roundsText(missed)}`])];
}

/** The roster's trainers that no certificate names as contributors. */
export function idleTrainers({participation}: VerifiedModel): MemberPart[] {
  return participation.filter(({role, contributed}) => role === "trainer" && contributed === 0);
}

function againstLines({heldAgainst, facts}: VerifiedModel): string[] {
  const {plan, rosterHash} = facts;
  const warning =
    "warning: the roster is the folder's own, so this proves only that the folder agrees with itself; give --roster, or compare the fingerprint with the exporter by phone";
  return [
    `plan      ${plan.hash}, ${heldAgainst.plan ? "yours" : "the folder's own"}`,
    `roster    ${rosterHash}, ${heldAgainst.roster ? "yours" : "the folder's own"}`,
    ...(heldAgainst.roster ? [] : [warning]),
  ];
}

/** The outcome of a verification for people, one line each. */
export function verifiedLines(verified: VerifiedModel): string[] {
  const {facts, result, exporter, contributions, participation} = verified;
  const {plan, roster, rounds} = facts;
  const more = contributions.length - MOST_SHOWN;
  const idle = idleTrainers(verified).map(({name}) => name);
  return [
    `verified: the model of plan ${plan.plan.name}, trained by the consortium ${roster.consortium} in ${rounds} rounds`,
    `model     ${result.hash}`,
    ...againstLines(verified),
    `exporter  ${exporter.name}, ${exporter.peerId}, fingerprint ${exporter.fingerprint}, with ${exporter.writtenBy}`,
    `key       ${exporter.signingKey} (SHA-256 of model-signing.pub)`,
    "who trained it:",
    ...contributions.slice(0, MOST_SHOWN).map((stretch) => stretchLine(stretch, verified)),
    ...(more > 0 ? [`  and ${more} more stretches of rounds: --json`] : []),
    "participation, as the certificates tell it:",
    ...participation.flatMap(partLines),
    ...(idle.length === 0 ? [] : [`warning: never contributed: ${idle.join(", ")}`]),
    INTENDED_USE,
  ];
}

/** The outcome of a verification for programs; rounds count from 0. */
export function verifiedJson(verified: VerifiedModel): string {
  const {facts, result, exporter, contributions, participation, heldAgainst} = verified;
  const {plan, run, attempt, rounds, roster, rosterHash} = facts;
  const {unit, reference} = plan.plan.weights;
  const answer = {
    formatVersion: 1,
    verified: true,
    heldAgainst,
    consortium: roster.consortium,
    plan: plan.hash,
    planName: plan.plan.name,
    run,
    attempt,
    rounds,
    roster: rosterHash,
    model: result.hash,
    exporter,
    weights: {unit, reference},
    contributions,
    participation,
    neverContributed: idleTrainers(verified).map(({name}) => name),
    intendedUse: INTENDED_USE,
  };
  return JSON.stringify(answer, null, 2);
}
