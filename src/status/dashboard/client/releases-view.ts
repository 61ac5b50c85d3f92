import type {ReleasesAnswer} from "../../answers/list-answers.ts";
import {element, type Markup} from "./markup.ts";
import {moreTable, note, panel, table} from "./parts.ts";
import {byteText, count} from "./words.ts";

type Release = ReleasesAnswer["data"][number];

const KINDS: Readonly<Record<Release["kind"], string>> = {
  update: "Own update, as the plan lets it leave",
  mixture: "Sum of members' updates",
  snapshot: "A round's result, which all hold",
  frame: "Votes and other protocol messages",
};

/** What went out, added up. */
export interface Sum {
  readonly messages: number;
  readonly bytes: number;
  /** To how many members. */
  readonly peers: number;
}

function sumOf(releases: readonly Release[]): Sum {
  return {
    messages: releases.reduce((sum, {messages}) => sum + messages, 0),
    bytes: releases.reduce((sum, {bytes}) => sum + bytes, 0),
    peers: new Set(releases.map(({peer}) => peer)).size,
  };
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** What has left since midnight (UTC) by the node's clock; null before it is known. */
export function sentToday(releases: ReleasesAnswer | null, nodeMs: number): Sum | null {
  if (releases === null) return null;
  return sumOf(releases.data.filter(({day}) => day === dayOf(nodeMs)));
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

function todayTable(today: readonly Release[], day: string): Markup {
  const kinds = (Object.keys(KINDS) as Release["kind"][]).map((kind) => {
    const sum = sumOf(today.filter((release) => release.kind === kind));
    return [KINDS[kind], count(sum.peers), ...cells(sum)];
  });
  const all = sumOf(today);
  return table({
    caption: `What left on ${day}, by kind`,
    heads: ["Kind", "Members#", "Messages#", "Bytes#"],
    rows: [...kinds, ["Together", count(all.peers), ...cells(all)]],
    hasTotal: true,
  });
}

/** What left this hospital today, by kind; by member, and on earlier days. */
export function releasesView(releases: ReleasesAnswer | null, nodeMs: number): Markup {
  const id = "releases";
  const title = "What left this hospital today";
  if (releases === null) return panel(id, title, note("not known yet"));
  const day = dayOf(nodeMs);
  const today = releases.data.filter((release) => release.day === day);
  const earlier = groupsBy(
    releases.data.filter((release) => release.day !== day),
    (release) => release.day,
  ).toSorted(([a], [b]) => b.localeCompare(a));
  const byPeer = groupsBy(today, ({peer}) => peer).toSorted(([, a], [, b]) => b.bytes - a.bytes);
  const heads = ["Messages#", "Bytes#"];
  const rows = (groups: readonly (readonly [string, Sum])[]) =>
    groups.map(([name, sum]) => [name, ...cells(sum)]);
  return panel(
    id,
    title,
    note(
      element("time", {datetime: day}, day),
      ", days in UTC. No patient record, score or label is of these kinds.",
    ),
    todayTable(today, day),
    ...moreTable("By member", {
      caption: `What left on ${day}, by member`,
      heads: ["Member", ...heads],
      rows: rows(byPeer),
    }),
    ...moreTable("On earlier days", {
      caption: "What left on earlier days",
      heads: ["Day", ...heads],
      rows: rows(earlier),
    }),
  );
}
