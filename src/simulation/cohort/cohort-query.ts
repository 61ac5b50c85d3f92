/** What a cohort is opened with, beside the experiment's data block. */
export interface CohortQuery {
  /** Of the repeat: it decides split, draws, deal and, of invented patients, the patients. */
  readonly seed: number;
  /** Absolute path of the folder that the data block's paths start from. */
  readonly folder: string;
  /** Values for `${NAME}` in a task's `root`. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Takes, for each site, what whoever runs this should know of its data, and whom they leave out. */
  readonly tell?: ((site: string, text: string) => void) | undefined;
}
