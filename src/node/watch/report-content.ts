import type {LeftOutReason} from "../../robust/index.ts";
import type {MemberId, Report} from "../../rounds/index.ts";

/**
 * Reasons for which a rule leaves out a part: true if no correct member sends such a part, false if it is the
 * rule's choice among good ones.
 */
const IS_WRONG: Readonly<Record<LeftOutReason, boolean>> = {
  "not-finite": true,
  "wrong-length": true,
  "wrong-weight": true,
  "out-of-range": true,
  "too-long": true,
  "extreme-everywhere": false,
  outscored: false,
};
const WRONG: ReadonlySet<string> = new Set(
  Object.entries(IS_WRONG).flatMap(([name, is]) => (is ? [name] : [])),
);

/**
 * Tells whether a report says that a member's part was wrong, not merely late or left out by a rule's choice.
 */
export function isRejection(report: Report): boolean {
  switch (report.kind) {
    case "objection":
      return report.reason !== "unreachable";
    case "verdicts":
      return report.verdicts.some(({reason}) => WRONG.has(reason));
    case "proposal-refused":
    case "equivocation":
    case "fork":
      return true;
    default:
      return false;
  }
}

/** The members of a report, and its reason. */
export function contentOf(report: Report): {
  readonly members: readonly MemberId[];
  readonly reason: string | null;
} {
  if (report.kind === "waiting") return {members: report.missing, reason: null};
  if (report.kind === "verdicts") {
    const wrong = report.verdicts.filter(({reason}) => WRONG.has(reason));
    // Good parts that a rule left out are not named beside wrong ones: the reason is not theirs.
    const told = wrong.length > 0 ? wrong : report.verdicts;
    const [first] = told;
    const reason = first === undefined ? null : `${first.verdict}: ${first.reason}`;
    return {members: told.map(({member}) => member), reason};
  }
  if (report.kind === "fork") return {members: report.culprits, reason: null};
  if (report.kind === "objection") return {members: [report.member, report.by], reason: report.reason};
  const members = "member" in report ? [report.member] : [];
  return {members, reason: "reason" in report ? report.reason : null};
}
