import type {PatientMatrix} from "../../data/index.ts";
import type {Trainer, TrainingSpec} from "../../training/index.ts";

/** Threads that train for all sites of an experiment; what they give does not depend on how many they are. */
export interface TrainerPool {
  /**
   * A trainer of scaled rows, which share the threads with all others; closing it frees its rows.
   * @param training the plan's unless given
   */
  open(site: string, train: PatientMatrix, training?: TrainingSpec): Promise<Trainer>;
  close(): Promise<void>;
}
