import {openBackend} from "../model/index.ts";
import {patientClasses, patientScores} from "./patient-scores.ts";
import type {OpenModel} from "./serving.ts";

/**
 * Opens the plan's model on the compute backend, in the calling thread.
 * @throws MODEL_BACKEND_MISSING, MODEL_SPEC_INVALID
 */
export const openBackendModel: OpenModel = async ({spec, inputWidth, classes = 2, backend: preference}) => {
  const {backend, passedOver, warning} = await openBackend(preference);
  const model = backend.build(spec, inputWidth, classes);
  return {
    backend: backend.name,
    passedOver,
    warning,
    model,
    scoresOf: (parameters, rows) =>
      classes > 2 ? patientClasses(model, parameters, rows) : patientScores({model, spec, parameters}, rows),
  };
};
