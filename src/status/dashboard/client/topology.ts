import {drawing, element, type PageMarkup} from "../../../drawing/index.ts";
import type {StatusResponse} from "../../answers/status-answer.ts";
import {pageLook} from "./parts.ts";
import {many, names, roundTrip, shortened} from "./words.ts";

const LOOK = pageLook(380);
const CENTRE = LOOK.width / 2;
const ELLIPSE_WIDTH = 78;
const ROW = 24;
const LEAST_HEIGHT = 116;
const MARGIN = 12;
const LABEL_LENGTH = 14;
const OWN_LENGTH = 12;
/** Approximate width of a letter of this node's name. */
const LETTER = 7.4;

type Peer = StatusResponse["node"]["peers"][number];

interface Placed {
  readonly peer: Peer;
  readonly side: -1 | 1;
  readonly x: number;
  readonly y: number;
}

/**
 * Places peers on an ellipse around the middle, half of them on either side, in rows of equal height: no two
 * labels, which point outwards, meet.
 */
function placed(peers: readonly Peer[], height: number): readonly Placed[] {
  const right = Math.ceil(peers.length / 2);
  return peers.map((peer, index) => {
    const isRight = index < right;
    const many = isRight ? right : peers.length - right;
    const row = isRight ? index : index - right;
    const share = ((row + 0.5) / many) * 2 - 1;
    const side = isRight ? 1 : -1;
    const out = ELLIPSE_WIDTH * Math.max(0.35, Math.sqrt(1 - share * share));
    return {peer, side, x: CENTRE + side * out, y: height / 2 + share * (height / 2 - MARGIN)};
  });
}

const at = (value: number): string => value.toFixed(1);

function linkLine({peer, x, y}: Placed, height: number): readonly PageMarkup[] {
  const {status} = peer.link;
  const middle = height / 2;
  const line = element("line", {
    class: `link ${status}`,
    x1: CENTRE,
    y1: at(middle),
    x2: at(x),
    y2: at(y),
  });
  if (status !== "down") return [line];
  const [cx, cy] = [CENTRE + (x - CENTRE) * 0.76, middle + (y - middle) * 0.76];
  const cross = `M${at(cx - 4)} ${at(cy - 4)}l8 8m0 -8l-8 8`;
  return [line, element("path", {class: "cross", d: cross})];
}

function peerMark({peer, side, x, y}: Placed, isRoomy: boolean): readonly PageMarkup[] {
  const {name, role, link} = peer;
  const label = {x: at(x + side * 12), y: at(y), "text-anchor": side > 0 ? "start" : "end"};
  const word = link.status === "up" ? roundTrip(link.rttMs) : link.status;
  const detail = isRoomy ? [element("text", {...label, class: "detail", dy: "1.45em"}, word)] : [];
  return [
    element("circle", {
      class: `peer ${link.status}`,
      cx: at(x),
      cy: at(y),
      r: role === "trainer" ? 7 : 5,
    }),
    element("text", {...label, dy: isRoomy ? "0.1em" : "0.35em"}, shortened(name, LABEL_LENGTH)),
    ...detail,
  ];
}

function selfMark(name: string, y: number): readonly PageMarkup[] {
  const width = Math.max(40, name.length * LETTER + 20);
  const box = {x: at(CENTRE - width / 2), y: at(y - 13), width: at(width), height: 26, rx: 13};
  return [
    element("rect", {class: "self", ...box}),
    element("text", {class: "own", x: CENTRE, y: at(y), dy: "0.35em", "text-anchor": "middle"}, name),
  ];
}

/** The linked and the missing members, in words. */
export function linkSummary({peers}: StatusResponse["node"]): string {
  const those = (status: Peer["link"]["status"]): readonly string[] =>
    peers.filter(({link}) => link.status === status).map(({name}) => name);
  const others = (["silent", "down"] as const).flatMap((status) => {
    const found = those(status);
    return found.length === 0 ? [] : `; ${status}: ${names(found)}`;
  });
  return `${those("up").length} of ${many(peers.length, "link")} up${others.join("")}`;
}

/** This node in the middle and the other members around it, with the links between. */
export function topology(node: StatusResponse["node"]): PageMarkup {
  const {peers, site} = node;
  const rows = Math.ceil(peers.length / 2);
  const height = Math.max(LEAST_HEIGHT, rows * ROW + 2 * MARGIN);
  const isRoomy = height / Math.max(1, rows) >= 40;
  const all = placed(peers, height);
  const description = `${linkSummary(node)}. The table of members holds each link.`;
  return drawing(LOOK, {id: "links", title: `Links of ${site}`, description}, height, [
    all.map((one) => linkLine(one, height)),
    all.map((one) => peerMark(one, isRoomy)),
    selfMark(shortened(site, OWN_LENGTH), height / 2),
  ]);
}
