import {describe, expect, it} from "vitest";
import {markupText} from "../../../src/drawing/index.ts";
import {SAMPLE_VIEW} from "../sample-view.ts";
import {sampleRunView} from "./sample-run.ts";
import {find, shown, stateOf} from "./shown-page.ts";

describe("the page", () => {
  it("tells what is withheld for the whole run from what is not known yet, each with its reason", () => {
    const young = {
      ...sampleRunView({peers: 3, rounds: 40}),
      loss: null,
      validation: null,
      consensusDistance: null,
    };
    const small = {...young, withheld: {loss: true, validation: true, test: true}};
    const told = (view: typeof young): readonly (readonly string[])[] => {
      const page = shown(stateOf(view, 0));
      expect(find(page, "svg", "chart")).toEqual([]);
      const rows = find(page, "dl", "reasons").flatMap((list) => find(list, "dd"));
      return rows.map(({children}) => children.map((child) => markupText(child).trim()));
    };
    const notYet = [
      ["not known yet", "It is computed after each round of training, on this site's validation patients."],
      ["not known yet", "It is known once this site has trained in a round."],
      ["not known yet", "It is known once a round that this site trained in has ended."],
    ];
    expect(told(young)).toEqual(notYet);
    const reason = (part: string): string =>
      `The plan withholds it: fewer than 10 of this site's ${part} patients are of one class. That stays so for the whole run.`;
    expect(told(small)).toEqual([
      ["withheld", reason("validation")],
      ["withheld", reason("training")],
      notYet[2],
    ]);
  });

  it("says 100 % of no run of which a round is left", () => {
    const view = {...sampleRunView({peers: 3, rounds: 40}), round: 299, rounds: 300};
    const [progress] = find(shown(stateOf(view, 0)), "progress");
    expect(progress === undefined ? "" : markupText(progress)).toBe("99 %");
  });

  it("has at the end the result first: test AUROC with its interval and n, where the model is, what to do next", () => {
    const test = SAMPLE_VIEW.result?.test ?? null;
    const result = {round: 53, model: "ab".repeat(32), test};
    const ended = {
      ...sampleRunView({peers: 3, rounds: 54}),
      rounds: 54,
      stage: null,
      activity: "finished",
      result,
    } as const;
    const page = shown(stateOf(ended, 54));
    const [first] = find(page, "section");
    if (first === undefined) throw new Error("no section");
    expect(first.attributes["id"]).toBe("result");
    const words = markupText(first);
    expect(words).toContain("Test AUROC  0.800 [0.700, 0.900]");
    expect(words).toContain(
      "this site's 50 test patients, 25 of them positive; in brackets the 95\u00a0% interval",
    );
    expect(words).toContain(`runs/${"cd".repeat(16)}/models/${"ab".repeat(32)}`);
    const commands = find(first, "code", "command").map(markupText);
    expect(commands[1]).toBe("consilium predict --config node.yaml --out results");
    expect(markupText(page)).toContain("The run has ended");
    const small = {
      ...ended,
      result: {...result, test: null},
      withheld: {loss: true, validation: true, test: true},
    };
    const withheld = markupText(shown(stateOf(small, 0)));
    expect(withheld).toContain("Test AUROC  withheld The plan withholds the test figures of this site");
    expect(markupText(shown(stateOf({...ended, result: {...result, test: null}}, 0)))).toContain(
      "Test AUROC  none",
    );
  });

  it("says for whom it waits and since when, and why a member is missing", () => {
    const view = sampleRunView({peers: 4, rounds: 40, down: [0], silent: [1]});
    const late = {...view, activity: "waiting", waitingFor: ["Leeds", "Dresden", "Aachen"]} as const;
    const page = shown(stateOf(late, 9));
    expect(markupText(page)).toContain("round 41 of 54; waiting for Leeds, Dresden and Aachen since 22:13");
    const remarks = find(page, "tr", "remark").map(markupText);
    expect(remarks).toEqual([
      "Not linked: the two nodes do not have the same layout (NETWORK_HANDSHAKE_MISMATCH). Missing from 2 of the last 40 rounds.",
      "Linked, but nothing has come from it since 22:13.",
      "The round waits for it since 22:13.",
    ]);
    const shares = find(page, "td")
      .filter((cell) => find(cell, "svg", "bar").length === 1)
      .map(markupText);
    expect(shares.map((text) => text.trim().replaceAll(/\s+/g, " "))).toEqual([
      "95 % 38 of 40",
      "100 % 40 of 40",
      "100 % 40 of 40",
    ]);
  });

  it("shows an evaluator no curves, which it cannot have, and says what its patients are for", () => {
    const view = {...sampleRunView({peers: 3, rounds: 40}), role: "evaluator", loss: null, validation: null};
    const page = shown(stateOf(view, 0));
    expect(find(page, "svg", "chart").concat(find(page, "dl", "reasons"))).toEqual([]);
    expect(markupText(page)).toContain("round 41 of 54; its patients are kept for the test at the end");
  });
});
