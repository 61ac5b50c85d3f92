import {element, type PageMarkup} from "../../../../drawing/index.ts";
import type {StatusResponse} from "../../../answers/status-answer.ts";
import {facts, note, panel} from "../parts.ts";
import {count, shownFigure, UNDEFINED, WITHHELD} from "../words.ts";

type Node = StatusResponse["node"];
type Result = NonNullable<Node["result"]>;
type Test = NonNullable<Result["test"]>;

const interval = (of: Test["auroc"]): string =>
  of === null ? UNDEFINED : `${shownFigure(of.value)} [${shownFigure(of.low)}, ${shownFigure(of.high)}]`;

function figureViews({n, positives, auroc, auprc, accuracy, brier}: Test): readonly PageMarkup[] {
  const patients = `${count(n)} test patients, ${count(positives)} of them positive`;
  const others = facts([
    ["AUPRC", interval(auprc)],
    ["Accuracy", interval(accuracy)],
    ["Brier score", interval(brier)],
  ]);
  return [
    element("p", {class: "headline"}, "Test AUROC ", element("strong", {}, interval(auroc))),
    note(`The final model on this site's ${patients}; in brackets the 95\u00a0% interval.`),
    others,
  ];
}

function testViews({test}: Result, {withheld}: Node): readonly PageMarkup[] {
  if (test !== null) return figureViews(test);
  const why = withheld.test
    ? "The plan withholds the test figures of this site: fewer than 10 of its test patients are of one class. The model itself is complete."
    : "This site has no test figures for this model. The model itself is complete.";
  const word = withheld.test ? WITHHELD : "none";
  return [
    element("p", {class: "headline"}, "Test AUROC ", element("strong", {class: "unknown"}, word)),
    note(why),
  ];
}

function step(title: string, command: string, words: string): PageMarkup {
  return element(
    "li",
    {},
    element("strong", {}, title),
    element("code", {class: "command"}, command),
    element("span", {class: "also"}, words),
  );
}

/** The panel at the end of the run: the test figures, the place of the model, and the next steps. */
export function resultView(node: Node): PageMarkup | null {
  const {result, plan, peers} = node;
  if (result === null) return null;
  const path = `runs/${plan.run}/models/${result.model}`;
  const others =
    peers.length === 0
      ? ""
      : " Stop it when the other members have finished too: until then they may fetch the model from here.";
  return panel(
    "result",
    "Result",
    element(
      "div",
      {class: "halves"},
      element(
        "div",
        {},
        ...testViews(result, node),
        element("h3", {}, "The model"),
        element("p", {}, element("code", {}, path)),
        note(
          "It lies in the state directory of this site, which node.yaml names as state. The file's name is its SHA-256; every member has the same.",
        ),
      ),
      element(
        "div",
        {},
        element("h3", {}, "What to do next"),
        element(
          "ol",
          {class: "steps"},
          step("Stop the node.", "systemctl stop consilium", `Or end consilium start with Ctrl+C.${others}`),
          step(
            "Score this site's patients.",
            "consilium predict --config node.yaml --out results",
            "The files stay on this machine, in the folder results.",
          ),
          step(
            "Keep a backup.",
            "consilium backup consilium.backup --config node.yaml",
            "It holds the model and this site's key, under a passphrase.",
          ),
        ),
      ),
    ),
  );
}
