import type {ExperimentData} from "../../config/index.ts";
import type {Cohort} from "../../simulation/index.ts";
import type {CohortQuery} from "./cohort-query.ts";
import {dealSites} from "./deal-sites.ts";
import {inventedFeatures} from "./draw-rows.ts";
import {inventedContract, inventedSource} from "./invented-contract.ts";
import {drawModes} from "./modes.ts";

type ModesData = Extract<ExperimentData, {source: "modes"}>;

/**
 * Deals the invented rows of {@link drawModes} to nodes. With two classes they are patients like any others.
 * @throws {CodedError} DATA_PARTITION_IMPOSSIBLE
 */
export function openModesCohort(data: ModesData, {seed}: CohortQuery): Cohort {
  const {classes, modes, features, spread, partition} = data;
  const deck = drawModes(data, seed);
  const contract = inventedContract(["modes", classes, modes, features, spread]);
  return {
    kind: classes === 2 ? "binary" : "classes",
    classes,
    isSynthetic: true,
    source: inventedSource(seed),
    contract,
    input: {kind: "tabular"},
    features: inventedFeatures(features, spread),
    sites: dealSites(deck, partition, seed, contract),
    external: [],
  };
}
