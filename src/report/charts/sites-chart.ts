import {
  type Caption,
  type Domain,
  domainWithin,
  dot,
  drawing,
  type Look,
  line,
  linearScale,
  type PageMarkup,
  shortText,
  textWidth,
  ticksBelow,
  words,
} from "../../drawing/index.ts";
import type {SiteGain} from "../site-gains.ts";
import {differenceText} from "../words.ts";

const ROW = 30;

/** Content of a {@link sitesChart}. */
export interface SitesChart {
  readonly caption: Caption;
  readonly gains: readonly SiteGain[];
  readonly xLabel: string;
  /** Limits of possible figures. */
  readonly bounds: Domain;
}

/** Draws each site alone and in the network on its own test patients; null without a site. */
export function sitesChart(look: Look, {caption, gains, xLabel, bounds}: SitesChart): PageMarkup | null {
  if (gains.length === 0) return null;
  const most = look.isNarrow ? 88 : 200;
  const named = gains.map((gain) => ({...gain, name: shortText(gain.site, most)}));
  const left = 26 + Math.max(...named.map(({name}) => textWidth(name)));
  const right = look.width - (look.isNarrow ? 62 : 90);
  const top = 40;
  const bottom = top + gains.length * ROW;
  const x = linearScale(
    domainWithin(
      gains.flatMap(({alone, joined}) => [alone, joined]),
      bounds,
    ),
    [left, right],
    look.isNarrow ? 3 : 6,
  );
  return drawing(look, caption, bottom + 48, [
    dot(look, [left + 6, 14], 5, {colour: "local", isHollow: true}),
    words(look, [left + 16, 18], "alone", {colour: "muted"}),
    dot(look, [left + 76, 14], 5, {colour: "s0"}),
    words(look, [left + 86, 18], "in the network", {colour: "muted"}),
    ticksBelow(look, x, bottom, top - 8),
    words(look, [right, bottom + 36], xLabel, {anchor: "end", colour: "muted"}),
    named.map(({name, alone, joined, gain}, place) => {
      const y = top + (place + 0.5) * ROW;
      const isBetter = gain > 0;
      const change = {colour: isBetter ? "s0" : "warn", width: 2.5, opacity: 0.6} as const;
      return [
        words(look, [left - 14, y + 4], name, {anchor: "end"}),
        line(look, [x.at(alone), y], [x.at(joined), y], change),
        dot(look, [x.at(alone), y], 5, {colour: "local", isHollow: true}),
        dot(look, [x.at(joined), y], 5, {colour: "s0"}),
        words(look, [right + 14, y + 4], differenceText(joined - alone), {
          colour: isBetter ? "good" : "warn",
          isBold: true,
        }),
      ];
    }),
  ]);
}
