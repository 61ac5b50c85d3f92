/** Codes of the errors of this room. */
export type ModelErrorCode =
  /** A compute backend that was asked for by name cannot serve here, or none can. */
  | "MODEL_BACKEND_MISSING"
  /** A bag that is all padding. */
  | "MODEL_EMPTY_BAG"
  /** A loss over no example was asked for. */
  | "MODEL_EMPTY_BATCH"
  /** The architecture or its input width cannot be built. */
  | "MODEL_SPEC_INVALID"
  /** A flat vector's length differs from the layout's, or the labels' from the number of examples. */
  | "MODEL_WRONG_LENGTH"
  /** Examples whose width differs from the model's. */
  | "MODEL_WRONG_WIDTH";
