import type {ExperimentData} from "../../config/index.ts";
import type {Cohort} from "../../simulation/index.ts";
import type {CohortQuery} from "./cohort-query.ts";
import {dealSites} from "./deal-sites.ts";
import {inventedFeatures} from "./draw-rows.ts";
import {inventedContract, inventedSource} from "./invented-contract.ts";
import {drawModes} from "./modes.ts";
import {openShiftedCohort} from "./shifted-cohort.ts";
import {openTaskCohort} from "./task-cohort.ts";

type ModesData = Extract<ExperimentData, {source: "modes"}>;

/**
 * Deals the invented rows of {@link drawModes} to nodes. With two classes they are patients like any others.
 * @throws {CodedError} DATA_PARTITION_IMPOSSIBLE
 */
function openModesCohort(data: ModesData, {seed}: CohortQuery): Cohort {
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

/**
 * Opens the patients of an experiment's data block for one seed, read from files or invented. The same block
 * and seed give the same rows in the same order. Only experiments on one machine may do so: no daemon can.
 * @returns owned by the caller
 * @throws {CodedError} DATA_*, CONFIG_PRESET_*, SIMULATION_NOBODY_TRAINS, SIMULATION_NOBODY_TESTED
 */
export async function openCohort(data: ExperimentData, query: CohortQuery): Promise<Cohort> {
  switch (data.source) {
    case "task":
      return await openTaskCohort(data, query);
    case "modes":
      return openModesCohort(data, query);
    case "cohorts":
      return openShiftedCohort(data, query);
  }
}
