import {join} from "node:path";
import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {dataSchema} from "../../../src/config/experiment-data.ts";
import {errorLine, sha256, toHex} from "../../../src/core/index.ts";
import {type PatientMatrix, readTask} from "../../../src/data/index.ts";
import {type Cohort, readSites, type SiteData} from "../../../src/simulation/index.ts";
import {drawModes, openCohort} from "../../../src/study/index.ts";
import {folderWith, taskText} from "../../data/workspace.ts";
import {describeShared, sharedData} from "../../setup/shared-data.ts";

const VARIABLES = {CONSILIUM_SHARED_DATA: sharedData()};

/** The cohort of a data block as a file has it. */
async function opened(block: object, {seed = 42, folder = "/"} = {}): Promise<Cohort> {
  return await openCohort(dataSchema.parse(block), {seed, folder, variables: VARIABLES});
}

/** Hash of each patient's rows, so that they can be found again. */
function patientsOf({n, d, values, labels, patientOf, patients}: PatientMatrix): string[] {
  const parts = Array.from({length: patients}, (): Uint8Array[] => []);
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  for (let row = 0; row < n; row++) {
    parts[patientOf[row] ?? 0]?.push(
      labels.subarray(row, row + 1),
      bytes.subarray(4 * row * d, 4 * (row + 1) * d),
    );
  }
  return parts.map((own) => toHex(sha256(...own)));
}

const together = (sites: readonly SiteData[], part: "train" | "validation" | "test"): string[] =>
  sites.flatMap(({split}) => patientsOf(split[part])).sort();

function checkCounts({split}: SiteData): void {
  for (const part of ["train", "validation", "test"] as const) {
    const {rows, patients, positivePatients, negativePatients} = split.counts[part];
    expect([rows, patients]).toEqual([split[part].n, split[part].patients]);
    expect(positivePatients + negativePatients).toBe(patients);
  }
}

/** A task of two sites whose patients have one to three rows each; patient p's rows have the ages p, p + .1, p + .2. */
async function visitsFolder(): Promise<string> {
  const csv = (first: number): string =>
    Array.from({length: 60}, (_, index) => first + index)
      .flatMap((patient) =>
        Array.from(
          {length: 1 + (patient % 3)},
          (_, visit) => `p${patient},${patient + visit / 10},${patient % 4 === 0 ? 1 : 0}`,
        ),
      )
      .join("\n");
  return await folderWith({
    "tasks/visits.yaml": taskText({
      name: "visits",
      sites: "{alpha: {file: alpha.csv}, beta: {file: beta.csv}}",
      columns: "[{name: age, type: number, unit: years, range: [0, 200]}]",
    }),
    "tasks/alpha.csv": `id,age,stroke\n${csv(0)}\n`,
    "tasks/beta.csv": `id,age,stroke\n${csv(60)}\n`,
  });
}

describe("a cohort of a task", () => {
  it("is what the sites' files hold, by a bundled preset's name or a path beside the experiment", async () => {
    const bundled = await opened({source: "task", task: "synthetic-heart"});
    expect(bundled).toMatchObject({kind: "binary", classes: 2, isSynthetic: true, input: {kind: "tabular"}});
    expect(bundled.sites.map(({name}) => name)).toEqual(["north", "south", "east", "west"]);
    expect(bundled.external).toEqual([]);
    const folder = join(import.meta.dirname, "../../../config");
    const named = await opened({source: "task", task: "presets/synthetic-heart.task.yaml"}, {folder});
    expect(named).toEqual(bundled);
    expect((await opened({source: "task", task: "synthetic-heart"}, {seed: 43})).sites).not.toEqual(
      bundled.sites,
    );
  });

  it("has the patients of external sites in the test alone", async () => {
    const {sites, external} = await opened({source: "task", task: "synthetic-heart", external: ["east"]});
    expect(sites.map(({name}) => name)).toEqual(["north", "south", "west"]);
    expect(external.map(({name, split}) => [name, split.train.n, split.validation.n])).toEqual([
      ["east", 0, 0],
    ]);
    expect(external[0]?.split.test.patients).toBeGreaterThan(80);
  });

  it("with so many patients a site keeps the classes' shares, and draws the fewer from the more", async () => {
    const task = {source: "task", task: "synthetic-heart"};
    const whole = await opened(task);
    const [few, more] = await Promise.all(
      [20, 60].map((patientsPerSite) => opened({...task, patientsPerSite})),
    );
    whole.sites.forEach((site, index) => {
      const [small, large] = [few?.sites[index], more?.sites[index]];
      if (small === undefined || large === undefined) throw new Error("a site is missing");
      expect(small.split.train.patients).toBe(20);
      expect(large.split.train.patients).toBe(Math.min(60, site.split.train.patients));
      const {positivePatients, patients} = site.split.counts.train;
      expect(
        Math.abs(small.split.counts.train.positivePatients - (20 * positivePatients) / patients),
      ).toBeLessThan(1);
      expect(patientsOf(large.split.train)).toEqual(expect.arrayContaining(patientsOf(small.split.train)));
      expect(small.split.test).toEqual(site.split.test);
      expect(small.split.manifestHash).not.toBe(site.split.manifestHash);
      checkCounts(small);
    });
  });

  it("deals whole patients to nodes, and each test patient to exactly one of them", async () => {
    const folder = await visitsFolder();
    const task = {source: "task", task: "tasks/visits.yaml"};
    const natural = await opened(task, {folder});
    await fc.assert(
      fc.asyncProperty(
        fc.integer({min: 1, max: 12}),
        fc.constantFrom(
          {type: "iid"},
          {type: "dirichlet", alpha: 0.3},
          {type: "linear"},
          {type: "shard", shardsPerNode: 1},
        ),
        async (nodes, spec) => {
          const partition = {...spec, nodes, minimum: 1};
          const {sites} = await opened({...task, partition}, {folder});
          expect(sites.map(({name}) => name).slice(0, 2)).toEqual(["node-0000", "node-0001"].slice(0, nodes));
          for (const part of ["train", "validation", "test"] as const) {
            expect(together(sites, part), part).toEqual(together(natural.sites, part));
          }
          const tests = sites.map(({split}) => split.test.patients);
          expect(Math.max(...tests) - Math.min(...tests)).toBeLessThanOrEqual(1);
          sites.forEach(checkCounts);
        },
      ),
      {numRuns: 30},
    );
    const twice = {...task, partition: {type: "iid", nodes: 3}};
    expect(await opened(twice, {folder})).toEqual(await opened(twice, {folder}));
  });

  it.each([
    [
      {task: "synthetic-heart", external: ["north", "south", "east", "west"]},
      "SIMULATION_NOBODY_TRAINS: all sites of task synthetic-heart are external. Leave a site out of data.external.",
    ],
    [
      {task: "synthetic-heart", external: ["nort"]},
      'DATA_SITE_UNKNOWN: task synthetic-heart: lists no site "nort". Did you mean "north"?',
    ],
    [{task: "synthetic-hart"}, /^CONFIG_PRESET_UNKNOWN: .*Did you mean "synthetic-heart"\?/],
    [{task: "heart.yaml"}, /^DATA_TASK_UNREADABLE: \/heart\.yaml/],
    [
      {task: "synthetic-heart", partition: {type: "iid", nodes: 500}},
      /^DATA_PARTITION_IMPOSSIBLE: partition iid: cannot deal \d+ rows to 500 nodes with at least 10 each\./,
    ],
  ])("that cannot be is told in one line: %o", async (block, line) => {
    const told = await opened({source: "task", ...block}).then(() => "opened", errorLine);
    expect(told).toMatch(line);
  });
});

describeShared("a cohort of real patients", () => {
  it("leaves a hospital out, and deals patients with all their tiles", async () => {
    const task = {source: "task", task: "swarm-tcga-crc", external: ["A6"]};
    const {sites, external, input} = await opened(task);
    expect(input).toMatchObject({kind: "slides", dimension: 512});
    expect(sites.map(({name, split}) => [name, split.train.patients])).toEqual([
      ["D5", 29],
      ["G4", 19],
    ]);
    expect(external.map(({name, split}) => [name, split.test.patients])).toEqual([["A6", 28]]);
    const dealt = await opened({...task, partition: {type: "iid", nodes: 4}});
    expect(together(dealt.sites, "train")).toEqual(together(sites, "train"));
    expect(await opened({source: "task", task: "swarm-tcga-crc"}).then(() => "opened", errorLine)).toBe(
      "SIMULATION_NOBODY_TESTED: no site of task swarm-tcga-crc has test patients. Name a site under data.external, or raise test under the task's split.",
    );
  });

  it("of a table in FLamby's split has its numbers of patients", async () => {
    const {sites} = await opened({source: "task", task: "fed-heart-disease"});
    expect(sites.map(({split}) => [split.train.n, split.test.n])).toEqual([
      [199, 104],
      [172, 89],
      [30, 16],
      [85, 45],
    ]);
  });
});

const MODES = {
  source: "modes",
  features: 32,
  classes: 10,
  modes: 3,
  spread: 0.85,
  train: 8000,
  test: 4000,
  partition: {type: "dirichlet", nodes: 16, minimum: 1, alpha: 0.1},
};

function digestOf({values, labels}: PatientMatrix): string {
  const bytes = new Uint8Array(values.byteLength + labels.byteLength);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  bytes.set(labels, values.byteLength);
  return toHex(sha256(bytes));
}

describe("a cohort of modes", () => {
  it("is the task of the committed evidence of gossip", () => {
    // Little-endian f32 values and labels, as scripts/evidence/gossip-task.ts drew them when docs/evidence/gossip.json was made.
    const spec = {
      classes: 10,
      modes: 3,
      features: 32,
      spread: 0.85,
      train: 8000,
      validation: 500,
      test: 4000,
    };
    const {train, validation, test} = drawModes(spec, 42);
    expect(validation.patients).toBe(500);
    expect(digestOf(train)).toBe("6c4dce15e3682a8ae69d6d7dc4031e7ebf7444d0e04f18ab6556d5f429f117f5");
    expect(digestOf(test)).toBe("906fddaf9a47a5260ef1569cb832b21bf0501f3a0c2f780f9566cedaacbb0585");
  });

  it("deals all rows, and all features lie within their bounds", async () => {
    const {kind, classes, isSynthetic, sites, features} = await opened(MODES);
    expect({kind, classes, isSynthetic}).toEqual({kind: "classes", classes: 10, isSynthetic: true});
    expect(sites.map(({split}) => split.train.n).reduce((sum, n) => sum + n, 0)).toBe(8000);
    expect(sites.map(({split}) => split.test.n)).toEqual(Array.from({length: 16}, () => 250));
    const high = features[0]?.high ?? 0;
    for (const {split} of sites)
      expect(split.train.values.every((value) => Math.abs(value) < high)).toBe(true);
    sites.forEach(checkCounts);
    expect((await opened({...MODES, classes: 2})).kind).toBe("binary");
  });

  it("has no sites of its own: a natural partition is refused", () => {
    expect(dataSchema.safeParse({...MODES, partition: {type: "natural"}}).success).toBe(false);
  });
});

describe("readSites and a natural cohort", () => {
  it("hold the same splits", async () => {
    const folder = await visitsFolder();
    const {sites} = await opened({source: "task", task: "tasks/visits.yaml"}, {folder, seed: 5});
    const located = await readTask(join(folder, "tasks/visits.yaml"));
    expect(sites).toEqual(
      await readSites({...located, sites: ["alpha", "beta"], seed: 5, variables: VARIABLES}),
    );
  });
});
