/** Codes of the errors that this room throws. */
export type LineageErrorCode =
  /** A file of a certified model is not there. */
  | "LINEAGE_FILE_MISSING"
  /** A certified model's folder holds something that does not belong to it. */
  | "LINEAGE_FILE_FOREIGN"
  /** A file is not the one that the statement names by its hash. */
  | "LINEAGE_FILE_CHANGED"
  /** A file says something else than the plan and the certificates do. */
  | "LINEAGE_FILE_FALSE"
  /** The statement is not an envelope with a statement of this version. */
  | "LINEAGE_STATEMENT_MALFORMED"
  /** The statement says something else than the files do. */
  | "LINEAGE_STATEMENT_FALSE"
  /** The statement does not carry its signer's signature. */
  | "LINEAGE_SIGNATURE_INVALID"
  /** The signer of the statement is not on the roster. */
  | "LINEAGE_SIGNER_FOREIGN"
  /** The model-signing bundle is malformed, says something else than the files do, or carries a wrong signature. */
  | "LINEAGE_BUNDLE_INVALID"
  /** The model was trained by another roster than the one it is held against. */
  | "LINEAGE_ROSTER_FOREIGN"
  /** The model was trained under another plan than the one it is held against. */
  | "LINEAGE_PLAN_FOREIGN"
  /** The data contract is not the one that the plan names. */
  | "LINEAGE_CONTRACT_FOREIGN"
  /** The file of certificates cannot be read. */
  | "LINEAGE_CERTIFICATES_MALFORMED"
  /** A quorum of the roster did not sign a certificate, or it breaks the plan's rules. */
  | "LINEAGE_CERTIFICATE_INVALID"
  /** The certificates are not those of all rounds, each once and in order. */
  | "LINEAGE_CHAIN_BROKEN"
  /** The weights are not those that the last certificate names. */
  | "LINEAGE_MODEL_FOREIGN"
  /** The certificates would tell a stranger that a site has fewer than ten patients. */
  | "LINEAGE_SMALL_COUNT"
  /** Parts of the model stay at the members' sites, so nobody else can apply it. */
  | "LINEAGE_MODEL_PARTIAL";
