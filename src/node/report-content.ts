import type {MemberId, Report} from "../gossip/index.ts";

/** Why a rule leaves out what no member in order sends; other reasons say which of good parts it chose. */
const WRONG: readonly string[] = ["not-finite", "wrong-length", "wrong-weight", "out-of-range", "too-long"];

/** Whether a report says that a member's part was wrong, and not merely late or left out by a rule's choice. */
export function isRejection(report: Report): boolean {
  switch (report.kind) {
    case "objection":
      return report.reason !== "unreachable";
    case "verdicts":
      return report.verdicts.some(({reason}) => WRONG.includes(reason));
    case "proposal-refused":
    case "equivocation":
    case "fork":
      return true;
    default:
      return false;
  }
}

/** Members that a report is about, and why. */
export function contentOf(report: Report): {
  readonly members: readonly MemberId[];
  readonly reason: string | null;
} {
  if (report.kind === "waiting") return {members: report.missing, reason: null};
  if (report.kind === "verdicts") {
    const wrong = report.verdicts.filter(({reason}) => WRONG.includes(reason));
    // Those that a rule left out among good ones are not named beside them: the reason is not theirs.
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
