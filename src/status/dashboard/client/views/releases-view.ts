import type {PageMarkup} from "../../../../drawing/index.ts";
import type {ReleasesAnswer} from "../../../answers/list-answers.ts";
import {clockText, hourOfMidnight, type Reader} from "../local-time.ts";
import {moreTable, note, panel, table} from "../parts.ts";
import {byteText, count, NOT_YET} from "../words.ts";

type Release = ReleasesAnswer["data"][number];

const KINDS: Readonly<Record<Release["kind"], string>> = {
  update: "This site's updates of the model",
  mixture: "Sums of several members' updates",
  snapshot: "Agreed models, which all members hold",
  frame: "Votes and other messages of the protocol",
};

/** Totals of releases. */
export interface Sum {
  readonly messages: number;
  readonly bytes: number;
  /** Number of members that received them. */
  readonly peers: number;
}

function sumOf(releases: readonly Release[]): Sum {
  return {
    messages: releases.reduce((sum, {messages}) => sum + messages, 0),
    bytes: releases.reduce((sum, {bytes}) => sum + bytes, 0),
    peers: new Set(releases.map(({peer}) => peer)).size,
  };
}

const HOUR_MS = 3_600_000;

/** Start of the period that a row counts, in ms since the Unix epoch. */
const beganMs = ({day, hour}: Release): number => Date.parse(day) + (hour ?? 0) * HOUR_MS;

/**
 * The rows of the reader's own day, and its start: midnight, or the full hour before in zones of half hours.
 */
function rowsToday({data}: ReleasesAnswer, {nowMs, zone}: Reader): readonly [readonly Release[], number] {
  const sinceMs = hourOfMidnight(nowMs, zone);
  return [data.filter((row) => beganMs(row) >= sinceMs), sinceMs];
}

/** The releases that have left since the reader's midnight; null before they are known. */
export function sentToday(releases: ReleasesAnswer | null, reader: Reader): Sum | null {
  return releases === null ? null : sumOf(rowsToday(releases, reader)[0]);
}

function groupsBy(
  releases: readonly Release[],
  key: (release: Release) => string,
): readonly (readonly [string, Sum])[] {
  const groups = new Map<string, Release[]>();
  for (const release of releases) groups.set(key(release), [...(groups.get(key(release)) ?? []), release]);
  return [...groups].map(([name, members]) => [name, sumOf(members)] as const);
}

const cells = ({messages, bytes}: Sum): readonly string[] => [count(messages), byteText(bytes)];

function todayTable(today: readonly Release[]): PageMarkup {
  const kinds = (Object.keys(KINDS) as Release["kind"][]).map((kind) => {
    const sum = sumOf(today.filter((release) => release.kind === kind));
    return [KINDS[kind], count(sum.peers), ...cells(sum)];
  });
  const all = sumOf(today);
  return table({
    caption: "What left today, by kind",
    heads: ["Kind", "Members#", "Messages#", "Bytes#"],
    rows: [...kinds, ["Together", count(all.peers), ...cells(all)]],
    hasTotal: true,
  });
}

/** The releases that left this hospital today, by kind; by member, and day by day. */
export function releasesView(releases: ReleasesAnswer | null, reader: Reader): PageMarkup {
  const id = "releases";
  const title = "What left this hospital today";
  if (releases === null) return panel(id, title, note(NOT_YET));
  const [today, sinceMs] = rowsToday(releases, reader);
  const byPeer = groupsBy(today, ({peer}) => peer).toSorted(([, a], [, b]) => b.bytes - a.bytes);
  const byDay = groupsBy(releases.data, ({day}) => day).toSorted(([a], [b]) => b.localeCompare(a));
  const heads = ["Messages#", "Bytes#"];
  const rows = (groups: readonly (readonly [string, Sum])[]) =>
    groups.map(([name, sum]) => [name, ...cells(sum)]);
  return panel(
    id,
    title,
    note(
      `Since ${clockText(sinceMs, reader.zone)}, in ${reader.zone}. None of it is a patient's record, score or label.`,
    ),
    todayTable(today),
    ...moreTable("By member", {
      caption: "What left today, by member",
      heads: ["Member", ...heads],
      rows: rows(byPeer),
    }),
    ...moreTable("Day by day, in UTC", {
      caption: "What left day by day, in UTC",
      heads: ["Day", ...heads],
      rows: rows(byDay),
    }),
  );
}
