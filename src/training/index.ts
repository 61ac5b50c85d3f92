export {openBackendModel} from "./backend-model.ts";
export {type BatchOrder, type BatchOrderOptions, shuffledOrder} from "./batch-order.ts";
export {batchOf, effortOf, stepsOf} from "./effort.ts";
export type {TrainingErrorCode} from "./errors.ts";
export {type ExampleSource, matrixSource} from "./example-source.ts";
export {type TrainLocallyOptions, trainLocally} from "./local-steps.ts";
export {initialOptimizerState, type OptimizerState, optimizerStep} from "./optimizer.ts";
export type {PatientRows} from "./patient-rows.ts";
export {patientScores} from "./patient-scores.ts";
export type {OpenModel, ServedModel} from "./serving.ts";
export {examplesOf, sourceOf} from "./source-selection.ts";
export {openTrainer, openTrainers, openTrainersHere} from "./trainers.ts";
export type {
  AdamwSpec,
  LabelledRows,
  LocalStepsRequest,
  LocalStepsResult,
  OptimizerSpec,
  ScoreRequest,
  SgdSpec,
  SiteTraining,
  Trainer,
  TrainerOptions,
  Trainers,
  TrainersOptions,
  TrainingSpec,
} from "./types.ts";
