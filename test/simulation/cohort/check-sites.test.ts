import {describe, expect, it} from "vitest";
import {parse} from "yaml";
import {type Experiment, experimentFiles, experimentSchema} from "../../../src/config/index.ts";
import {errorLine} from "../../../src/core/index.ts";
import type {Cohort, SiteData} from "../../../src/simulation/index.ts";
import {checkSites} from "../../../src/study/cohort/check-sites.ts";
import {sealParts} from "../../../src/study/cohort/seal-parts.ts";

const NOBODY = {
  n: 0,
  d: 1,
  values: new Float32Array(),
  labels: new Uint8Array(),
  patients: 0,
  patientOf: new Uint32Array(),
};
const SPLIT = sealParts({train: NOBODY, validation: NOBODY, test: NOBODY}, []);
const siteOf = (name: string): SiteData => ({name, split: SPLIT});

const COHORT: Cohort = {
  kind: "binary",
  classes: 2,
  isSynthetic: true,
  source: "nobody",
  contract: "0".repeat(64),
  input: {kind: "tabular"},
  features: [],
  sites: ["leeds", "mainz", "ghent", "porto", "tartu"].map(siteOf),
  external: ["malmo"].map(siteOf),
};

/** What is told of the dress rehearsal with these changes. */
async function told(changes: Partial<Experiment>): Promise<string> {
  const text = (await experimentFiles("dress-rehearsal")).get("dress-rehearsal.yaml") ?? "";
  const experiment = experimentSchema.parse({...parse(text), ...changes});
  try {
    checkSites(experiment, COHORT);
    return "accepted";
  } catch (error) {
    return errorLine(error);
  }
}

describe("sites that an experiment names", () => {
  it("are those of its cohort, external ones among them", async () => {
    expect(await told({})).toBe("accepted");
    expect(await told({compute: {stepMs: 1, sites: {malmo: 5}}})).toBe("accepted");
    expect(await told({attacks: [{type: "zero", sites: 4}]})).toBe("accepted");
  });

  it.each<[Partial<Experiment>, string]>([
    [
      {compute: {stepMs: 1, sites: {leds: 5}}},
      'SIMULATION_SITE_UNKNOWN: compute.sites: there is no site "leds". Did you mean "leeds"?',
    ],
    [
      {faults: [{type: "crash", site: "oslo", atSeconds: 1, backAfterSeconds: "never"}]},
      'SIMULATION_SITE_UNKNOWN: faults: there is no site "oslo". Known: leeds, mainz, ghent, porto, tartu, malmo.',
    ],
    [
      {faults: [{type: "partition", groups: [["leeds"], ["mainz", "gent"]], atSeconds: 1, untilSeconds: 2}]},
      'SIMULATION_SITE_UNKNOWN: faults: there is no site "gent". Did you mean "ghent"?',
    ],
    [
      {attacks: [{type: "zero", sites: ["portoo"]}]},
      'SIMULATION_SITE_UNKNOWN: attacks: there is no site "portoo". Did you mean "porto"?',
    ],
    [
      {attacks: [{type: "zero", sites: 5}]},
      "SIMULATION_NOBODY_HONEST: attacks: 5 of 5 sites do harm. Leave one site honest at least.",
    ],
  ])("are told when there is none of that name: %o", async (changes, line) => {
    expect(await told(changes)).toBe(line);
  });
});
