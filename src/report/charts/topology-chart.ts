import {present} from "../../core/index.ts";
import {
  type Caption,
  domainOf,
  dot,
  drawing,
  type Look,
  line,
  type PageMarkup,
  type Place,
  type Shape,
  shortText,
  words,
} from "../../drawing/index.ts";
import type {SiteRow, StudyResults} from "../../study/index.ts";
import {countOf} from "../words.ts";

type Edge = StudyResults["topology"]["edges"][number];

/** Largest number of trainers in a drawing; with more it is unreadable. */
const MOST_NODES = 400;
const MOST_LABELS = 28;
const MOST_EDGES = 6000;

/** The known facts about who mixes with whom. */
type Links = Pick<StudyResults, "topology" | "sites">;

/** Tells whether all mix with all in one group, instead of along links. */
const isOneGroup = ({topology}: Links): boolean => topology.name === "all";

/**
 * Tells whether links are drawn anew during training, so the known ones are only one draw. This holds for all
 * topologies except one group of all and named edges.
 */
export function hasChangingLinks({topology}: Links): boolean {
  return !["all", "edges"].includes(topology.name);
}

/** The edges to draw. In one group of all, these are the edges between every two. */
function edgesOf(links: Links, places: readonly number[]): readonly Edge[] {
  if (!isOneGroup(links)) return links.topology.edges;
  return places.flatMap((one) => places.slice(one + 1).map((other): Edge => [one, other, 1]));
}

/** Describes who mixes with whom. */
export function topologyText(links: Links): string {
  const {topology, sites} = links;
  const trainers = sites.filter(({role}) => role === "trainer").length;
  if (isOneGroup(links)) {
    return `One group of all ${countOf(trainers, "node")} (${topology.name}): each exchanges with each other in every round.`;
  }
  if (topology.edges.length === 0)
    return `${countOf(trainers, "node")} (${topology.name}); its links are not told.`;
  const degrees = new Map<number, number>();
  for (const ends of topology.edges) {
    for (const end of ends.slice(0, 2)) degrees.set(end, (degrees.get(end) ?? 0) + 1);
  }
  const counts = [...degrees.values()];
  const mean = (2 * topology.edges.length) / Math.max(1, trainers);
  const [least, most] = domainOf(counts);
  const partners =
    least === most
      ? countOf(least, "partner")
      : `${least} to ${most} partners, ${mean.toFixed(1)} on average`;
  return `${countOf(trainers, "node")} and ${countOf(topology.edges.length, "link")} (${topology.name}); a node has ${partners}.${hasChangingLinks(links) ? " This is one draw of changing partners: who meets whom is drawn anew as training goes on." : ""}`;
}

function label(look: Look, {name}: SiteRow, [x, y]: Place, centre: Place): Shape {
  const aside = x - centre[0];
  const anchor = Math.abs(aside) < 12 ? "middle" : aside > 0 ? "start" : "end";
  const shift = anchor === "middle" ? 0 : Math.sign(aside) * 14;
  const lift = anchor === "middle" ? Math.sign(y - centre[1]) * 20 + 4 : 4;
  return words(look, [x + shift, y + lift], shortText(name, look.isNarrow ? 66 : 180), {anchor});
}

/**
 * Draws the trainers on a circle with their links, sized by their train patients; null if there are too many.
 */
export function topologyChart(look: Look, caption: Caption, links: Links): PageMarkup | null {
  const {sites} = links;
  const trainers = sites.filter(({role}) => role === "trainer");
  const trains = sites.flatMap(({role}, place) => (role === "trainer" ? [place] : []));
  const edges = trainers.length > MOST_NODES ? [] : edgesOf(links, trains);
  if (trainers.length < 2 || edges.length === 0 || trainers.length > MOST_NODES || edges.length > MOST_EDGES)
    return null;
  const height = look.isNarrow ? 320 : 400;
  const centre: Place = [look.width / 2, height / 2];
  const hasLabels = trainers.length <= MOST_LABELS;
  const radius = hasLabels && look.isNarrow ? 96 : height / 2 - 42;
  const placeAt = (index: number): Place => {
    const angle = (2 * Math.PI * index) / trainers.length - Math.PI / 2;
    return [centre[0] + radius * Math.cos(angle), centre[1] + radius * Math.sin(angle)];
  };
  const places = new Map(trains.map((site, index) => [site, placeAt(index)]));
  const placeOf = (site: number): Place => present(places.get(site), "the place of a node");
  const largest = Math.max(...trainers.map(({train}) => train), 1);
  const strongest = Math.max(...edges.map(([, , weight]) => weight), 1e-12);
  const thickness = Math.min(2.5, 240 / edges.length);
  return drawing(look, caption, height, [
    edges.map(([one, other, weight]) => {
      const share = weight / strongest;
      return line(look, placeOf(one), placeOf(other), {
        colour: "s0",
        width: Math.max(0.4, thickness * share),
        opacity: 0.25 + 0.4 * share,
      });
    }),
    trainers.map((site, index) => {
      const at = placeAt(index);
      const size = hasLabels ? 4 + 7 * Math.sqrt(site.train / largest) : 2.5;
      return [dot(look, at, size, {colour: "s0"}), hasLabels ? label(look, site, at, centre) : null];
    }),
  ]);
}
