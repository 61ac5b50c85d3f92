/**
 * Codes of the errors that the data room throws; messages name file, row and column, never a value or key.
 */
export type DataErrorCode =
  /** The task file cannot be read. */
  | "DATA_TASK_UNREADABLE"
  /** The task file is not YAML or breaks its schema. */
  | "DATA_TASK_INVALID"
  /** `root` names a variable that has no value, or that tasks may not use. */
  | "DATA_VARIABLE_UNSET"
  /** The task lists no such site. */
  | "DATA_SITE_UNKNOWN"
  /** A data file is missing at the place that the task names. */
  | "DATA_FILE_MISSING"
  /** A generated data file cannot be written. */
  | "DATA_FILE_UNWRITABLE"
  /** A data file exists but cannot be read. */
  | "DATA_FILE_UNREADABLE"
  /** A data file breaks the rules of CSV: a stray quote, or a record without end. */
  | "DATA_FILE_MALFORMED"
  /** A data file is not UTF-8, or lost characters in an earlier conversion. */
  | "DATA_FILE_ENCODING"
  /** A data file is of a format that is not read here, such as a compressed or an old Excel one. */
  | "DATA_FILE_UNSUPPORTED"
  /** A cell of a workbook holds an Excel error, or a formula without its value. */
  | "DATA_CELL_UNUSABLE"
  /** Several faults, each reported before. */
  | "DATA_FAULTS"
  /** A table is larger than a node holds in memory. */
  | "DATA_FILE_TOO_LARGE"
  /** Two columns of a header have the same name. */
  | "DATA_HEADER_DUPLICATE"
  /** A column of the task is not in the file. */
  | "DATA_COLUMN_MISSING"
  /** A row has more or fewer fields than there are columns. */
  | "DATA_ROW_RAGGED"
  /** A value is not a number, or not one of the two of a binary column. */
  | "DATA_VALUE_INVALID"
  /** A number lies outside the range that the task declares. */
  | "DATA_VALUE_OUT_OF_RANGE"
  /** A value is missing and the task's policy is to refuse. */
  | "DATA_VALUE_MISSING"
  /** A value is none of the column's categories. */
  | "DATA_CATEGORY_UNKNOWN"
  /** A label is neither positive nor negative in the task. */
  | "DATA_LABEL_UNKNOWN"
  /** A row has no patient key. */
  | "DATA_PATIENT_MISSING"
  /** Rows of one patient carry different labels. */
  | "DATA_PATIENT_LABELS_DIFFER"
  /** A patient has several rows in a table with one row per patient. */
  | "DATA_PATIENT_DUPLICATE"
  /** A slide table lists one file twice. */
  | "DATA_SLIDE_DUPLICATE"
  /** A slide table lists a file that is not in the features folder. */
  | "DATA_SLIDE_MISSING"
  /** A file of tile features is damaged, cut off or of another format. */
  | "DATA_TILES_UNREADABLE"
  /** A file of tile features has no layout that is known here. */
  | "DATA_TILES_UNSUPPORTED"
  /** A file of tile features holds no tile. */
  | "DATA_TILES_EMPTY"
  /** All features of a file are one value. */
  | "DATA_TILES_CONSTANT"
  /** A file's tiles have more or fewer features than the task states. */
  | "DATA_DIMENSION_DIFFERS"
  /** A file names a different feature extractor from the task's. */
  | "DATA_EXTRACTOR_DIFFERS"
  /** A file names a different tile size from the task's. */
  | "DATA_TILE_SIZE_DIFFERS"
  /** A table of tiles and the array of their features have different numbers of rows. */
  | "DATA_TILE_COUNTS_DIFFER"
  /** A feature of a tile is not a finite number. */
  | "DATA_FEATURE_NOT_FINITE"
  /** A feature of a tile lies outside the range that the task declares. */
  | "DATA_FEATURE_OUT_OF_RANGE"
  /** A file is not a data contract, or one of another version. */
  | "DATA_CONTRACT_MALFORMED"
  /** A file holds no data row. */
  | "DATA_TABLE_EMPTY"
  /** Every row of a file was left out for a missing value. */
  | "DATA_NO_ROW_LEFT"
  /** The split file does not fit the site's table. */
  | "DATA_SPLIT_FILE_INVALID"
  /** Statistics were requested for a matrix without rows. */
  | "DATA_MATRIX_EMPTY"
  /** There are too few rows or classes to deal them to nodes as requested. */
  | "DATA_PARTITION_IMPOSSIBLE";
