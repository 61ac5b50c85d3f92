import {element, type PageMarkup} from "../../../../drawing/index.ts";
import type {Alert} from "../../../answers/health-answer.ts";
import {momentText, type Reader} from "../local-time.ts";
import {stateSign} from "../parts.ts";

const ALERTS: Readonly<Record<Alert["alert"], string>> = {
  "peers-below-quorum": "Too few members are linked",
  "peer-silent": "A member is silent",
  "round-stalled": "The rounds have stalled",
  "share-fallen": "A member is missing from many rounds",
  "certificate-expiring": "The TLS certificate of this server expires",
  "delegation-ending": "The delegation of this node's key ends",
  equivocation: "A member voted for two results",
  "egress-blocked": "Something was stopped that may not leave",
  "node-failed": "The node has failed and cannot go on",
};

/** The standing alerts, one per line. */
export function alertList(alerts: readonly Alert[], reader: Reader): PageMarkup {
  const items = alerts.map(({alert, severity, since, detail}) => {
    const words = severity === "page" ? "Act now" : "Look at this today";
    return element(
      "li",
      {},
      stateSign(severity === "page" ? "bad" : "warn"),
      element(
        "span",
        {},
        element("strong", {}, `${words}: ${ALERTS[alert]}`),
        ` (${detail}) `,
        element("time", {datetime: since}, `since ${momentText(Date.parse(since), reader)}`),
      ),
    );
  });
  return element("ul", {class: "alerts"}, ...items);
}
