export {type Content, element, escapeText, markupText, type PageMarkup, written} from "./element.ts";
export {
  type ChartPoint,
  type ChartSeries,
  type LineChart,
  lineChart,
  type SeriesStyle,
} from "./line-chart.ts";
export {type ColourName, type Look, pageColour} from "./look.ts";
export {type Domain, domainOf, domainWithin, isLogarithmic, linearScale, type Scale} from "./scale.ts";
export {area, type Caption, dot, drawing, line, type Place, type Shape, ticksBelow, words} from "./shapes.ts";
export {shortText, textWidth} from "./text-width.ts";
