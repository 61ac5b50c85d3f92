/** Codes of the errors that this room throws. */
export type ParticipantErrorCode =
  /** The plan keeps tensors at the sites that are not in its model, or all of the model's tensors. */
  "NODE_LOCAL_TENSORS_INVALID";
