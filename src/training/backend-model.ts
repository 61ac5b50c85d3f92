import {openBackend} from "../model/index.ts";
import {patientScores} from "./patient-scores.ts";
import type {OpenModel} from "./serving.ts";

/** The plan's model on the compute backend, in the calling thread. @throws MODEL_BACKEND_MISSING, MODEL_SPEC_INVALID */
export const openBackendModel: OpenModel = async ({spec, inputWidth, backend: preference}) => {
  const {backend, passedOver, warning} = await openBackend(preference);
  const model = backend.build(spec, inputWidth);
  return {
    backend: backend.name,
    passedOver,
    warning,
    model,
    scoresOf: (parameters, rows) => patientScores({model, spec, parameters}, rows),
  };
};
