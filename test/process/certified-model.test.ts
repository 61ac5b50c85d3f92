import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {expect, it, onTestFinished} from "vitest";
import {type Ended, startProgram} from "../cli/process.ts";
import {createConsortium} from "./consortium.ts";
import {expectSameModel, startAll} from "./progress.ts";

const RUN_LIMIT_MS = 120_000;
const TEST_LIMIT_MS = 240_000;

/** Patients and their scores in a file of predictions. */
async function scoresIn(folder: string, part: string): Promise<string[]> {
  const file = await readFile(join(folder, part, "patient-preds.csv"), "utf8");
  return file
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((row) => {
      const [patient = "", , , , score = ""] = row.split(",");
      return `${patient} ${score}`;
    });
}

const consilium = (...words: string[]): Promise<Ended> => startProgram(words).ended;

it(
  "a model of real daemons is exported beside them, verified, and scores patients elsewhere as at a member",
  async () => {
    const consortium = await createConsortium({
      sites: ["north", "south", "east"],
      rounds: 3,
      localSteps: 5,
      deadline: {minimumSeconds: 0.2, maximumSeconds: 20},
    });
    onTestFinished(() => consortium.close());
    const {root, sites, plan} = consortium;
    await startAll(consortium, sites);
    const model = await expectSameModel(consortium, sites, RUN_LIMIT_MS);

    const papers = ["--roster", join(root, "roster.yaml"), "--plan", join(root, "plan.yaml")];
    for (const {name, configPath} of sites) {
      const out = join(root, "exports", name);
      const exported = await consilium("model", "export", "--config", configPath, "--out", out);
      expect(exported).toMatchObject({status: 0, stderr: ""});
      const verified = await consilium("verify-model", out, ...papers, "--json");
      expect(verified).toMatchObject({status: 0, stderr: ""});
      const answer: unknown = JSON.parse(verified.stdout);
      expect(answer).toMatchObject({
        model,
        plan: plan.hash,
        rounds: 5,
        heldAgainst: {roster: true, plan: true},
        exporter: {name},
        neverContributed: [],
      });
      // Nothing of this machine and nobody's address travels with the model.
      for (const file of ["model.json", "roster.json", "statement.json", "contract.json", "plan.yaml"]) {
        const text = await readFile(join(out, file), "utf8");
        const payload = /"payload":"([^"]+)"/.exec(text)?.[1] ?? "";
        for (const told of [text, Buffer.from(payload, "base64").toString()]) {
          expect(told).not.toContain(root);
          expect(told).not.toContain("/ip4/");
        }
      }
    }

    const [north] = sites;
    const [own, elsewhere] = [join(root, "own"), join(root, "elsewhere")];
    const folder = join(root, "exports", "south");
    const outside = ["--model", folder, "--task", join(root, "task.yaml"), "--site", "north"];
    const [first, second] = [
      await consilium("predict", "--config", north?.configPath ?? "", "--out", own),
      await consilium("predict", ...outside, ...papers, "--out", elsewhere),
    ];
    expect(first).toMatchObject({status: 0});
    expect(second).toMatchObject({status: 0, stderr: ""});
    const parts = ["train", "validation", "test"];
    const known = (await Promise.all(parts.map((part) => scoresIn(own, part)))).flat().toSorted();
    expect(known.length).toBeGreaterThan(100);
    expect((await scoresIn(elsewhere, "new")).toSorted()).toEqual(known);
  },
  TEST_LIMIT_MS,
);
