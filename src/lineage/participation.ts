import {fingerprintOf, type RosterMember} from "../consortium/index.ts";
import {present} from "../core/index.ts";
import {type Certificate, votersOf} from "../rounds/index.ts";
import type {TrainedRun} from "./run-facts.ts";

/** A member's part in a run, as far as certificates tell it. */
export interface MemberPart {
  readonly name: string;
  readonly peerId: string;
  /** The start of its key's hash, for people to compare by voice. */
  readonly fingerprint: string;
  readonly role: RosterMember["role"];
  /**
   * True if the member signed in this run, which its node does only after the approval of the plan's hash;
   * false if nothing tells.
   */
  readonly approved: boolean;
  /** Number of training rounds in which its contribution counted. */
  readonly trained: number;
  /** Number of rounds in which its contribution counted, those of statistics included. */
  readonly contributed: number;
  /** Number of rounds that it voted for without a contribution in them: it was there, too late or left out. */
  readonly late: number;
  /** Number of rounds of which no certificate shows it. */
  readonly absent: number;
  /** The rounds without its contribution, from 0. */
  readonly missed: readonly number[];
}

type Part = "contributed" | "late" | "absent";

/** The part of each trainer in one round. */
function partsIn(certificate: Certificate, {rules, trainers}: TrainedRun): ReadonlyMap<string, Part> {
  const {contributors} = certificate.body;
  const others = trainers.filter((member) => !contributors.includes(member));
  const voters = votersOf(rules.primitives, certificate, others);
  const partOf = (member: string): Part => {
    if (contributors.includes(member)) return "contributed";
    return voters.has(member) ? "late" : "absent";
  };
  return new Map(trainers.map((member) => [member, partOf(member)]));
}

/**
 * The part of every member of the roster in a run with these certificates, in the roster's order. A
 * certificate carries the votes that its holder had when it was made, so an absence is no proof.
 */
export function participationOf(certificates: readonly Certificate[], facts: TrainedRun): MemberPart[] {
  const {roster, stages, trainers} = facts;
  const byRound = certificates.map((certificate) => partsIn(certificate, facts));
  return roster.members.map(({name, peerId, role}) => {
    const parts = trainers.includes(peerId)
      ? byRound.map((part) => present(part.get(peerId), "a trainer's part"))
      : [];
    const roundsOf = (...wanted: Part[]): number[] =>
      parts.flatMap((part, round) => (wanted.includes(part) ? [round] : []));
    const contributed = roundsOf("contributed");
    const late = roundsOf("late").length;
    return {
      name,
      peerId,
      fingerprint: fingerprintOf(peerId),
      role,
      approved: contributed.length + late > 0,
      trained: contributed.filter((round) => stages.stageOf(round).kind === "training").length,
      contributed: contributed.length,
      late,
      absent: roundsOf("absent").length,
      missed: roundsOf("late", "absent"),
    };
  });
}
