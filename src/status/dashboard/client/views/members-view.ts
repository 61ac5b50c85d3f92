import {type Content, element, type PageMarkup} from "../../../../drawing/index.ts";
import type {StatusResponse} from "../../../answers/status-answer.ts";
import {momentText, type Reader} from "../local-time.ts";
import {also, moreTable, note, panel, stateSign, table} from "../parts.ts";
import {linkSummary, topology} from "../topology.ts";
import type {Tone} from "../verdict.ts";
import {age, byteText, count, many, names, roundTrip, shareText} from "../words.ts";

/** Meanings of the codes of a link's end for people; a code that is not here stands for itself. */
const CAUSES: Readonly<Record<string, string>> = {
  NETWORK_PEER_UNLISTED: "it is not on this site's roster",
  NETWORK_PEER_UNREACHABLE: "none of its addresses answers",
  NETWORK_HANDSHAKE_MISMATCH: "the two nodes do not have the same",
  NETWORK_HANDSHAKE_TIMEOUT: "it did not answer the handshake in time",
  NETWORK_LINK_LOST: "the connection ended",
  NETWORK_LINK_STALLED: "nothing came from it for too long",
  NETWORK_FRAME_TOO_LARGE: "it sent a message that is too large",
  NETWORK_FRAME_MALFORMED: "it sent a message that cannot be read",
};

/**
 * The reason why a link is down, with the code for the documentation.
 * @param detail the difference or fault, if known
 */
function downText(code: string | null, detail: string | null): string {
  if (code === null) return "Not linked: it has not been reached yet.";
  const cause = CAUSES[code];
  const more = detail === null ? "" : `${code === "NETWORK_HANDSHAKE_MISMATCH" ? " " : ": "}${detail}`;
  return cause === undefined ? `Not linked: ${code}${more}.` : `Not linked: ${cause}${more} (${code}).`;
}

type Node = StatusResponse["node"];
type Peer = Node["peers"][number];
type Share = Node["shares"][number];

/** Number of newest absences that are listed: rounds that ended without some members. */
const SHOWN_ABSENCES = 20;

/** This node, the others, and the links between. */
export function topologyView(node: Node): PageMarkup {
  return panel("topology", "Network", topology(node), note(`${linkSummary(node)}.`));
}

const LINK_TONES: Readonly<Record<Peer["link"]["status"], Tone>> = {up: "good", silent: "warn", down: "bad"};

function linkCell({link: {status, sinceWallMs}}: Peer, {nowMs}: Reader): readonly Content[] {
  return [stateSign(LINK_TONES[status]), status, also(`for ${age((nowMs - sinceWallMs) / 1000)}`)];
}

function bar(share: number): PageMarkup {
  return element(
    "svg",
    {class: "bar", viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true"},
    element("rect", {class: "track", width: 100, height: 6}),
    element("rect", {class: "part", width: (share * 100).toFixed(1), height: 6}),
  );
}

function shareCell(share: Share | undefined): readonly Content[] {
  if (share === undefined) return ["–"];
  const {contributed, certified} = share.run;
  if (certified === 0) return ["–"];
  return [
    shareText(share.run),
    also(`${count(contributed)} of ${count(certified)}`),
    bar(contributed / certified),
  ];
}

/** The reason why a member is missing, as far as this node knows: its link, or a round that waits for it. */
function reasonOf({name, link}: Peer, node: Node, reader: Reader): string | undefined {
  const {status, lastError, lastErrorDetail} = link;
  if (status === "silent")
    return `Linked, but nothing has come from it since ${momentText(link.lastHeardWallMs ?? link.sinceWallMs, reader)}.`;
  if (status === "down") return downText(lastError, lastErrorDetail);
  if (node.activity === "finished" || !node.waitingFor.includes(name)) return undefined;
  const since = node.waitingSinceWallMs;
  return `The round waits for it${since === null ? "" : ` since ${momentText(since, reader)}`}.`;
}

/** The number of recent rounds without the member: a linked member shows no other reason for them. */
function absenceOf(share: Share | undefined): string | undefined {
  if (share === undefined) return undefined;
  const {contributed, certified} = share.recent;
  if (contributed === certified) return undefined;
  const missed = certified - contributed;
  return `Missing from ${count(missed)} of the last ${many(certified, "round")}.`;
}

function memberRow(peer: Peer, share: Share | undefined, reader: Reader) {
  const {role, name, link, lastExchangeWallMs: last} = peer;
  return [
    role === "trainer" ? name : [name, also(role)],
    linkCell(peer, reader),
    shareCell(share),
    last === null ? "not yet" : `${age((reader.nowMs - last) / 1000)} ago`,
    roundTrip(link.rttMs),
    byteText(link.bytesSent),
    byteText(link.bytesReceived),
  ];
}

/** Every other member with its link, its share of the rounds, and the reason why it is missing. */
export function membersView(node: Node, reader: Reader): PageMarkup {
  const {peers, shares, quorum, bytesSent, bytesReceived, absences} = node;
  const shareOf = ({name}: Peer): Share | undefined => shares.find((share) => share.name === name);
  const total = ["Together", "", "", "", "", byteText(bytesSent), byteText(bytesReceived)];
  const remarks = peers.map((peer) => {
    const said = [reasonOf(peer, node, reader), absenceOf(shareOf(peer))].filter(
      (text) => text !== undefined,
    );
    return said.length === 0 ? undefined : said.join(" ");
  });
  const newest = absences.toReversed().slice(0, SHOWN_ABSENCES);
  return panel(
    "members",
    "Other members",
    table({
      caption:
        "Other members, their links, shares of rounds, last exchanges and bytes since the daemon's start",
      heads: ["Member", "Link", "In rounds", "Last exchange#", "Round trip#~", "Sent#~", "Received#~"],
      rows: [...peers.map((peer) => memberRow(peer, shareOf(peer), reader)), total],
      remarks,
      hasTotal: true,
    }),
    note(
      `${many(quorum, "member")} decide a round. Bytes are counted since the daemon's start, with framing.`,
    ),
    ...moreTable("Rounds that ended without some members", {
      caption: `The newest ${SHOWN_ABSENCES} rounds that ended without some members`,
      heads: ["Round", "Without"],
      rows: newest.map(({round, absent}) => [String(round + 1), names(absent, 24)]),
    }),
  );
}
