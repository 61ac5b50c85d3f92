import type {DatasetHeader} from "./hdf5-header.ts";

/** The file of a question: the main thread opened it, and the worker reads from its descriptor. */
export interface WorkerFile {
  /** Different for each opening. */
  readonly key: number;
  readonly descriptor: number;
  readonly sizeBytes: number;
}

/** A question to the worker about a file. */
export type Hdf5Question =
  /** The datasets and attributes with these names at the root; attributes of the datasets too. */
  | {readonly kind: "describe"; readonly datasets: readonly string[]; readonly attributes: readonly string[]}
  /** The rows `first` to `end` - 1, as they are stored or as binary64. */
  | {
      readonly kind: "read";
      readonly dataset: string;
      readonly as: "bytes" | "numbers";
      readonly first: number;
      readonly end: number;
    }
  | {readonly kind: "close"};

/** Texts and numbers of an object, by name; other attributes and absent ones are left out. */
export interface Hdf5Attributes {
  readonly texts: Readonly<Record<string, string>>;
  readonly numbers: Readonly<Record<string, number>>;
}

/** A dataset as the file describes it. */
export interface Hdf5Description extends DatasetHeader, Hdf5Attributes {
  readonly kind: "dataset";
  readonly shape: readonly number[];
  /** Bytes of one number. */
  readonly numberBytes: number;
  /** Shape of a chunk; null for a dataset that is not chunked. */
  readonly chunks: readonly number[] | null;
}

/** The object at the root with a certain name. */
export type Hdf5Entry = Hdf5Description | {readonly kind: "link"} | {readonly kind: "group"};

/** A file as the worker describes it. */
export interface Hdf5Contents extends Hdf5Attributes {
  readonly entries: Readonly<Record<string, Hdf5Entry>>;
}

/** An answer of the worker; `failed` says nothing more, because the library's own words quote paths. */
export type Hdf5Answer =
  | {readonly kind: "described"; readonly contents: Hdf5Contents}
  | {readonly kind: "bytes"; readonly bytes: Uint8Array}
  | {readonly kind: "numbers"; readonly numbers: Float64Array}
  | {readonly kind: "closed"}
  | {readonly kind: "failed"};

/** A question as it is sent; each is answered before the next is taken. */
export interface Hdf5Request {
  readonly file: WorkerFile;
  readonly question: Hdf5Question;
}
