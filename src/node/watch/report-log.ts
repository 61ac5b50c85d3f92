import type {Logger} from "../../core/index.ts";
import type {MemberId, Report} from "../../rounds/index.ts";

/** Logs the protocol's reports for people, who count rounds from 1. */
export function logReport(logger: Logger, report: Report, nameOf: (member: MemberId) => string): void {
  const round = report.round + 1;
  switch (report.kind) {
    case "waiting":
      return logger.warn("waiting for members", {round, missing: report.missing.map(nameOf)});
    case "equivocation":
      return logger.error("a member lied, which its own signature proves", {
        round,
        member: nameOf(report.member),
        detail: report.claims.kind,
      });
    case "fork":
      return logger.error("two quorums decided a round differently: this node stops", {
        round,
        members: report.culprits.map(nameOf),
      });
    case "objection":
      return logger.warn("a member objects to another member's part", {
        round,
        member: nameOf(report.member),
        objector: nameOf(report.by),
        reason: report.reason,
      });
    case "took-over":
      return logger.info("this site leads the round anew", {round});
    case "left-out":
      return logger.info("the round went on without this site", {round});
    case "joined-late":
      return logger.info("this node joined late and began from the median of other members' models", {
        round,
        members: report.members.map(nameOf),
      });
    case "verdicts":
      for (const {member, verdict, reason} of report.verdicts) {
        logger.warn("a contribution was not used unchanged", {
          round,
          member: nameOf(member),
          verdict,
          reason,
        });
      }
      return undefined;
    default:
      return logMemberReport(logger, report, nameOf(report.member));
  }
}

type MemberReport = Exclude<
  Extract<Report, {readonly member: MemberId}>,
  {kind: "equivocation"} | {kind: "objection"}
>;

function logMemberReport(logger: Logger, report: MemberReport, member: string): void {
  const round = report.round + 1;
  switch (report.kind) {
    case "mass-undetermined":
      return logger.warn("an exchange was abandoned in doubt", {round, member, weight: report.weight});
    case "views-differ":
      return logger.warn("a member has a different view of the members: pairs are drawn at random", {
        round,
        member,
      });
    case "lineage-adopted":
      return logger.warn("after a partition a member's model was adopted", {round, member});
    default:
      return logger.warn("a member's part was refused", {round, member, reason: report.reason});
  }
}
