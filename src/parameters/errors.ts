/** Codes of the errors that this room throws. */
export type ParametersErrorCode =
  /** A value is NaN or infinite. */
  | "PARAMETERS_NOT_FINITE"
  /** Bytes are longer or shorter than their declared shape. */
  | "PARAMETERS_WRONG_SIZE"
  /** A snapshot belongs to another model or another data contract. */
  | "PARAMETERS_LAYOUT_FOREIGN"
  /** The weight of a contribution is not above 0, or is above the largest that a site may have. */
  | "PARAMETERS_WRONG_WEIGHT"
  /** A value lies outside the range that was declared for it. */
  | "PARAMETERS_OUT_OF_RANGE"
  /** A contribution is longer than the plan's clip allows. */
  | "PARAMETERS_TOO_LONG";
