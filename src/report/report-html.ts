import {pointText, type StudyResults} from "../study/index.ts";
import {pictureFigure} from "./charts/figure.ts";
import {html, type Markup} from "./charts/markup.ts";
import {topologyText} from "./charts/topology-chart.ts";
import {assumptionsSection, methodsSection, reproductionSection} from "./closing.ts";
import {brief, heading} from "./heading.ts";
import {othersText, topologyPicture} from "./pictures.ts";
import {
  comparisonSection,
  consensusSection,
  costSection,
  curvesSection,
  type PointPage,
  resultsSection,
  sitesSection,
} from "./point-sections.ts";
import {atPoint, pointsOf} from "./result-groups.ts";
import {settingsSection} from "./settings.ts";
import {STYLE_SHEET} from "./style-sheet.ts";
import {sweepPicture, sweepTable} from "./sweep.ts";

function pointSections(page: PointPage): Markup {
  return html`${curvesSection(page)}${resultsSection(page)}${comparisonSection(page)}${sitesSection(page)}${consensusSection(page)}${costSection(page)}`;
}

function body(study: StudyResults): Markup {
  const points = pointsOf(study);
  const [only] = points;
  if (points.length === 1 && only !== undefined) {
    const page = {study: atPoint(study, only), prefix: ""};
    return html`<section><h2>In brief</h2>${brief(page.study)}</section>${pointSections(page)}`;
  }
  return html`<section><h2>Along the sweep</h2>${pictureFigure(sweepPicture(study), "sweep")}${sweepTable(study)}</section><section><h2>Point by point</h2>${points.map(
    (point, place) => {
      const page = {study: atPoint(study, point), prefix: `p${place + 1}-`};
      return html`<details class="point"${place === 0 ? html` open` : null}><summary>${pointText(point)}</summary>${brief(page.study)}${pointSections(page)}</details>`;
    },
  )}</section>`;
}

function topologySection(study: StudyResults): Markup {
  const picture = pictureFigure(topologyPicture(study), "topology");
  return html`<section><h2>Who mixes with whom</h2>${picture ?? html`<p>${topologyText(study)}${othersText(study)}</p>`}</section>`;
}

/**
 * Returns the report of a study: one self-contained HTML file without scripts or network access. Equal
 * results give equal bytes.
 */
export function reportHtml(study: StudyResults): string {
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"><link rel="icon" href="data:,"><title>${study.title}${study.isSynthetic ? " (synthetic data)" : null}</title><style>${{markup: STYLE_SHEET}}</style></head><body>${heading(study)}<main>${body(study)}${topologySection(study)}${settingsSection(study)}${methodsSection(study)}${assumptionsSection()}${reproductionSection(study)}</main><footer>${study.isSynthetic ? "Synthetic data. " : null}Made by Consilium ${study.environment.consilium}. For research; no medical device.</footer></body></html>
`;
  return page.markup;
}
