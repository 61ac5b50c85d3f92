/** Codes of the errors that this room throws. */
export type ParametersErrorCode =
  /** A value is NaN or infinite. */
  | "PARAMETERS_NOT_FINITE"
  /** Bytes are longer or shorter than the shape they claim. */
  | "PARAMETERS_WRONG_SIZE"
  /** A snapshot belongs to another model or another data contract. */
  | "PARAMETERS_LAYOUT_FOREIGN"
  /** The weight of a contribution is not in (0, 1]. */
  | "PARAMETERS_WRONG_WEIGHT";
