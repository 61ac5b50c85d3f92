import type {ExperimentData} from "../../config/index.ts";
import type {Cohort} from "../../simulation/index.ts";
import type {CohortQuery} from "./cohort-query.ts";
import {openModesCohort} from "./modes-cohort.ts";
import {openShiftedCohort} from "./shifted-cohort.ts";
import {openTaskCohort} from "./task-cohort.ts";

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
