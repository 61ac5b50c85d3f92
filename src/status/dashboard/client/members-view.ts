import type {StatusResponse} from "../../answers/status-answer.ts";
import {type Content, element, type Markup} from "./markup.ts";
import {also, note, panel, sign, table} from "./parts.ts";
import {linkSummary, topology} from "./topology.ts";
import {age, byteText, count, many, names, roundTrip} from "./words.ts";

type Node = StatusResponse["node"];
type Peer = Node["peers"][number];

/** Members without whom rounds were certified are listed for so many rounds. */
const SHOWN_ABSENCES = 8;

/** This node, the others, and the links between. */
export function topologyView(node: Node): Markup {
  return panel(
    "topology",
    "Network",
    topology(node),
    note(`${linkSummary(node)}. ${many(node.quorum, "member")} decide a round.`),
  );
}

function linkCell({link}: Peer, nowMs: number): readonly Content[] {
  const since = age((nowMs - link.sinceWallMs) / 1000);
  if (link.status === "up") return [sign("good"), "up", also(`for ${since}`)];
  return [sign("bad"), "down", also(`for ${since}`)];
}

/** Why a link is down, as its code and the detail say. */
function downReason({link: {status, lastError, lastErrorDetail}}: Peer): string | undefined {
  if (status === "up" || lastError === null) return undefined;
  return lastErrorDetail === null ? lastError : `${lastError}: ${lastErrorDetail}`;
}

/** Every other member with its link. */
export function membersView({peers}: Node, nowMs: number): Markup {
  const rows = peers.map((peer) => [
    peer.role === "trainer" ? peer.name : [peer.name, also(peer.role)],
    linkCell(peer, nowMs),
    roundTrip(peer.link.rttMs),
    peer.lastExchangeWallMs === null ? "not yet" : `${age((nowMs - peer.lastExchangeWallMs) / 1000)} ago`,
    count(peer.absences),
  ]);
  const heads = ["Member", "Link", "Round trip#", "Exchange#", "Missed#"];
  const caption = "Members, their links, last exchange and rounds missed";
  return panel("members", "Members", table({caption, heads, rows, remarks: peers.map(downReason)}));
}

function bar(bytes: number, most: number, kind: string): Markup {
  const width = most === 0 ? 0 : (bytes / most) * 100;
  return element(
    "svg",
    {class: "bar", viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true"},
    element("rect", {class: "track", width: 100, height: 6}),
    element("rect", {class: kind, width: width.toFixed(1), height: 6}),
  );
}

/** How much went to each member and came from it. */
export function bytesView({peers, bytesSent, bytesReceived}: Node): Markup {
  const most = peers.reduce((max, {link}) => Math.max(max, link.bytesSent, link.bytesReceived), 0);
  const rows = peers.map(({name, link}) => [
    name,
    [byteText(link.bytesSent), bar(link.bytesSent, most, "sent")],
    [byteText(link.bytesReceived), bar(link.bytesReceived, most, "received")],
  ]);
  const total = ["Together", byteText(bytesSent), byteText(bytesReceived)];
  return panel(
    "bytes",
    "Bytes per member",
    note("Since the daemon's start, framing included."),
    table({
      caption: "Bytes sent and received by member",
      heads: ["Member", "Sent#", "Received#"],
      rows: [...rows, total],
      hasTotal: true,
    }),
  );
}

/** Who is late now, and who was absent from what. */
export function absenceView({waitingFor, absences, activity}: Node): Markup {
  const isLate = activity !== "finished" && waitingFor.length > 0;
  const late = isLate
    ? [sign("warn"), `Waiting now for ${names(waitingFor, 24)}.`]
    : [sign("good"), "Nobody is waited for now."];
  const newest = absences.toReversed().slice(0, SHOWN_ABSENCES);
  const rows = newest.map(({round, absent}) => [`Round ${round + 1}`, names(absent, 24)]);
  const rest =
    absences.length > newest.length ? ` The newest ${newest.length} of ${count(absences.length)}.` : "";
  const heard =
    rows.length === 0
      ? note("No round that is remembered was certified without a member.")
      : table({
          caption: `Rounds certified without some members.${rest}`,
          heads: ["Certified", "without"],
          rows,
        });
  return panel(
    "absence",
    "Late and absent",
    element("p", {class: "line"}, ...late),
    heard,
    ...(rest === "" ? [] : [note(rest.trim())]),
  );
}
