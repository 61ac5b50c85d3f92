/** Codes of the errors of this room. */
export type ModelErrorCode =
  /** A compute backend that was requested by name cannot run here, or none can. */
  | "MODEL_BACKEND_MISSING"
  /** A bag consists of padding only. */
  | "MODEL_EMPTY_BAG"
  /** A loss over no examples was requested. */
  | "MODEL_EMPTY_BATCH"
  /** The architecture or its input width cannot be built. */
  | "MODEL_SPEC_INVALID"
  /** A flat vector's length differs from the layout's, or the labels' from the number of examples. */
  | "MODEL_WRONG_LENGTH"
  /** The width of examples differs from the model's. */
  | "MODEL_WRONG_WIDTH";
