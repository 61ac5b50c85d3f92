/** Codes of the errors of this room. */
export type StorageErrorCode =
  /** The disk or the quota is full; the write did not take place. */
  | "STORAGE_FULL"
  /** The state directory cannot be written, by its permissions or its file system. */
  | "STORAGE_UNWRITABLE"
  /** A file of the state directory cannot be read. */
  | "STORAGE_UNREADABLE"
  /** A key file is open to people other than its owner. */
  | "STORAGE_UNSAFE_PERMISSIONS"
  /** Another daemon runs on the same state directory. */
  | "STORAGE_LOCKED"
  /** The state directory was written by a newer version, or its marker is damaged. */
  | "STORAGE_VERSION"
  /** A record that was once on disk is damaged, and others follow it. */
  | "STORAGE_JOURNAL_CORRUPT"
  /** The bytes of a stored model do not have the hash they are stored under. */
  | "STORAGE_MODEL_CORRUPT"
  /** A run or model name is not lower-case hexadecimal of the right length. */
  | "STORAGE_NAME_INVALID"
  /** A key file does not hold the key that it should. */
  | "STORAGE_KEY_MALFORMED"
  /** The passphrase is not the organisation key's. */
  | "STORAGE_KEY_PASSPHRASE"
  /** There is a key already; it is never overwritten. */
  | "STORAGE_KEY_EXISTS"
  /** There is no state directory to take a backup of. */
  | "STORAGE_STATE_MISSING"
  /** A restoration would overwrite a state directory. */
  | "STORAGE_STATE_EXISTS"
  /** The file for a backup is there already. */
  | "STORAGE_BACKUP_EXISTS"
  /** The daemon never left its models alone for a moment, so no backup could be taken. */
  | "STORAGE_BACKUP_RESTLESS"
  /** The backup is not there, or cannot be read. */
  | "STORAGE_BACKUP_MISSING"
  /** The file is no backup, or one of a newer version. */
  | "STORAGE_BACKUP_FOREIGN"
  /** The passphrase is not the backup's. */
  | "STORAGE_BACKUP_PASSPHRASE"
  /** The bytes of the backup are not those that were written. */
  | "STORAGE_BACKUP_CORRUPT";
