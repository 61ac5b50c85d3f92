/** Options for opening a cohort, beside the experiment's data block. */
export interface CohortQuery {
  /** Seed of the repeat. It decides split, draws, deal and, for invented patients, the patients. */
  readonly seed: number;
  /** Absolute path of the folder that the data block's paths start from. */
  readonly folder: string;
  /** Values for `${NAME}` in a task's `root`. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /**
   * Receives, for each site, information about its data and about patients that are left out, for the user.
   */
  readonly tell?: ((site: string, text: string) => void) | undefined;
}
