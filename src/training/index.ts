export type {
  AdamwSpec,
  LocalStepsRequest,
  LocalStepsResult,
  OptimizerSpec,
  PredictRequest,
  SgdSpec,
  Trainer,
  TrainerOptions,
  TrainingSpec,
} from "./types.ts";
