import type {Plan} from "../consortium/index.ts";
import type {Feature} from "../data/index.ts";
import type {SiteData} from "./site-data.ts";

/** The kind of label of a patient: one of two classes, one of several, or survival. */
export type CohortKind = "binary" | "classes" | "survival";

/** The patients of an experiment for one seed, all sites in one place. Only simulations have it. */
export interface Cohort {
  readonly kind: CohortKind;
  /** 2 or more; for survival, 1. Labels are 0 .. `classes` - 1; for survival, 1 for an event. */
  readonly classes: number;
  readonly isSynthetic: boolean;
  /** Origin and licence, as reports show them. */
  readonly source: string;
  /** Hash of the data contract, 64 hexadecimal digits. */
  readonly contract: string;
  /** A plan's description of the data. */
  readonly input: Plan["task"]["input"];
  readonly features: readonly Feature[];
  /** Nodes that train, at least one, in the order of their names in the plan's run. */
  readonly sites: readonly SiteData[];
  /** Sites that do not train: all their patients are in the test. */
  readonly external: readonly SiteData[];
}
