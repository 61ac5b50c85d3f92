import type {PatientMatrix} from "../../data/index.ts";
import type {Trainer} from "../../training/index.ts";

/** Threads that train for all sites of an experiment; what they give does not depend on how many they are. */
export interface TrainerPool {
  /** A trainer of scaled rows, which share the threads with all others; closing it frees its rows. */
  open(site: string, train: PatientMatrix): Promise<Trainer>;
  close(): Promise<void>;
}
