import type {Plan} from "../../consortium/index.ts";
import type {Feature} from "../../data/index.ts";
import type {SiteData} from "../baselines/site-data.ts";

/** What a figure says of a patient: one of two classes, one of several, or how long it lived. */
export type CohortKind = "binary" | "classes" | "survival";

/** Whose patients an experiment learns from, of one seed. All sites in one place: only simulations have it. */
export interface Cohort {
  readonly kind: CohortKind;
  /** 2 and more; of survival, 1. Labels are 0 .. `classes` - 1, of survival 1 for an event. */
  readonly classes: number;
  readonly isSynthetic: boolean;
  /** Origin and licence, as reports show them. */
  readonly source: string;
  /** Hash of the data contract, 64 hexadecimal digits. */
  readonly contract: string;
  /** What a plan says of the data. */
  readonly input: Plan["task"]["input"];
  readonly features: readonly Feature[];
  /** Nodes that train, at least one, in the order of their names in the plan's run. */
  readonly sites: readonly SiteData[];
  /** Sites that train nothing: all their patients are in the test. */
  readonly external: readonly SiteData[];
}
