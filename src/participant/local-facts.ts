import type {Plan} from "../consortium/index.ts";
import type {Feature, SealedSplit} from "../data/index.ts";
import type {Stages} from "./stages.ts";

/** The facts about a site and its run that decide its local work. */
export interface LocalFacts {
  readonly plan: Plan;
  readonly stages: Stages;
  readonly site: {
    readonly member: {readonly name: string};
    readonly split: SealedSplit;
    readonly features: readonly Feature[];
    /** n_i, the count of the site. */
    readonly patients: number;
  };
}
