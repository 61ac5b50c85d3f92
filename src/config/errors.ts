/** Codes of the errors of this room. */
export type ConfigErrorCode =
  /** A configuration or preset file cannot be read. */
  | "CONFIG_UNREADABLE"
  /** The node's configuration is not what the schema asks for. */
  | "CONFIG_INVALID"
  /** A file with a token or a key is open to people other than its owner. */
  | "CONFIG_SECRET_UNSAFE"
  /** There is no token file yet. */
  | "CONFIG_TOKEN_MISSING"
  /** The token file holds no token, or one that is easy to guess. */
  | "CONFIG_TOKEN_INVALID"
  /** An experiment file is not what the schema asks for. */
  | "CONFIG_EXPERIMENT_INVALID"
  /** No preset has that name. */
  | "CONFIG_PRESET_UNKNOWN"
  /** The preset's plan settings are not what the schema asks for. */
  | "CONFIG_PRESET_INVALID"
  /** A backup or a restoration was asked for without a passphrase. */
  | "CONFIG_PASSPHRASE_MISSING"
  /** A passphrase is too short, or more than one line. */
  | "CONFIG_PASSPHRASE_INVALID";
