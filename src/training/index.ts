export {type BatchOrder, type BatchOrderOptions, shuffledOrder} from "./batch-order.ts";
export type {TrainingErrorCode} from "./errors.ts";
export {type ExampleSource, matrixSource} from "./example-source.ts";
export {type TrainLocallyOptions, trainLocally} from "./local-steps.ts";
export {initialOptimizerState, type OptimizerState, optimizerStep} from "./optimizer.ts";
export {openTrainer} from "./trainer.ts";
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
