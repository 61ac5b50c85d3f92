import type {Stage} from "../../participant/index.ts";
import type {Certificate, MemberId} from "../../rounds/index.ts";
import {absentFrom} from "./absence.ts";
import type {RoundTimes} from "./run-chronicle.ts";

/** A certified round with its proof; members are named as on the roster. */
export interface RoundRecord extends RoundTimes {
  readonly stage: Stage["kind"];
  readonly absent: readonly string[];
  readonly contributors: readonly string[];
  readonly certificate: Certificate;
  /** Names of the members whose votes the certificate holds. */
  readonly voters: readonly string[];
}

/** The sources of round records. */
export interface RoundRecordSources {
  /** Oldest first. */
  readonly certificates: readonly Certificate[];
  /** Members that train and vote. */
  readonly members: readonly MemberId[];
  nameOf(member: MemberId): string;
  stageOf(round: number): Stage;
  timesOf(round: number): RoundTimes;
}

/** The last `limit` certified rounds, newest first. */
export function roundRecords(sources: RoundRecordSources, limit: number): RoundRecord[] {
  const {certificates, members, nameOf, stageOf, timesOf} = sources;
  return certificates
    .slice(-limit)
    .reverse()
    .map((certificate) => {
      const {round, contributors} = certificate.body;
      return {
        ...timesOf(round),
        stage: stageOf(round).kind,
        absent: absentFrom(certificate, members).map(nameOf),
        contributors: contributors.map(nameOf),
        certificate,
        voters: certificate.votes.map(({member}) => nameOf(member)),
      };
    });
}
