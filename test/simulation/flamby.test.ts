import {readFile} from "node:fs/promises";
import {dirname} from "node:path";
import {afterAll, beforeAll, expect, it} from "vitest";
import {FLAMBY_PROTOCOLS, readCentres, runProtocol} from "../../scripts/evidence/flamby-protocol.ts";
import {loadExperiment} from "../../src/config/index.ts";
import {type ComputeBackend, openBackend} from "../../src/model/index.ts";
import {simulate} from "../../src/study/index.ts";
import {describeShared, sharedData} from "../setup/shared-data.ts";

const POOLED_TEST = "Pooled Test";

interface Row {
  readonly method: string;
  readonly test: string;
  readonly n: number;
  readonly of_seeds: readonly number[];
}

/** The committed figures of docs/evidence/flamby.json. */
async function evidenceOf(dataSet: "fed-heart-disease" | "fed-tcga-brca") {
  const all = JSON.parse(await readFile("docs/evidence/flamby.json", "utf8"));
  const own: {
    readonly flamby_budget: {readonly rows: readonly Row[]};
    readonly own_budget: readonly {readonly pooled_test: readonly Omit<Row, "test">[]}[];
  } = all[dataSet];
  return own;
}

describeShared("FLamby's budget", () => {
  let backend: ComputeBackend;
  beforeAll(async () => {
    backend = (await openBackend("wasm")).backend;
  });
  afterAll(() => backend.close());

  it("gives the committed figures of the first seed on Fed-Heart-Disease", async () => {
    const protocol = FLAMBY_PROTOCOLS["fed-heart-disease"];
    const figures = await runProtocol(backend, protocol, await readCentres(protocol), 42);
    const {rows} = (await evidenceOf("fed-heart-disease")).flamby_budget;
    expect(figures.map(({method, test, n}) => [method, test, n])).toEqual(
      rows.map(({method, test, n}) => [method, test, n]),
    );
    // Another machine's exponentials may put single patients on the other side of .5.
    figures.forEach(({method, test, value, n}, index) => {
      const away = Math.abs((value ?? Number.NaN) - (rows[index]?.of_seeds[0] ?? Number.NaN));
      expect(away, `${method}, ${test}`).toBeLessThan(2.5 / n);
    });
    const pooled = figures.find(({method, test}) => method === "Pooled Training" && test === POOLED_TEST);
    // Published: .795, standard deviation .002 over five seeds; one patient of 254 is .004.
    expect(pooled?.value).toBeGreaterThan(0.785);
    expect(pooled?.value).toBeLessThan(0.805);
  });
});

describeShared("the experiment fed-tcga-brca", () => {
  it("gives the committed C-index of the first seed", async () => {
    const {experiment, file} = await loadExperiment("fed-tcga-brca");
    const {results, sites} = await simulate(
      {...experiment, repeats: 1, baselines: []},
      {
        folder: dirname(file),
        variables: {CONSILIUM_SHARED_DATA: sharedData()},
        threads: 0,
      },
    );
    expect(sites.map(({train, test}) => [train, test])).toEqual([
      [248, 63],
      [156, 40],
      [164, 42],
      [129, 33],
      [129, 33],
      [40, 11],
    ]);
    const [own] = (await evidenceOf("fed-tcga-brca")).own_budget;
    const committed = own?.pooled_test.find(({method}) => method === "Gossip");
    const pooled = results.find(({test}) => test === POOLED_TEST);
    expect(pooled?.n).toBe(committed?.n);
    expect(pooled?.value).toBeCloseTo(committed?.of_seeds[0] ?? Number.NaN, 3);
  });
});
