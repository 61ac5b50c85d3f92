import {fromString, toString} from "uint8arrays";
import {z} from "zod";
import {isCoded} from "../core/index.ts";
import {reading} from "./files/file-faults.ts";
import type {FileSystem} from "./files/file-system.ts";
import {writeDurably} from "./files/write-durably.ts";

const estimateSchema = z.strictObject({value: z.number(), low: z.number(), high: z.number()});
const pointSchema = z.strictObject({
  round: z.int().min(0),
  loss: z.number().nullable(),
  consensusDistance: z.number().nullable(),
  validation: z
    .strictObject({n: z.number(), auroc: estimateSchema.nullable(), logLoss: z.number().nullable()})
    .nullable(),
});
const fileSchema = z.strictObject({formatVersion: z.literal(1), points: z.array(pointSchema)});

/** The figures of one round at this site; null if there is none, or the plan withholds it. */
export type HistoryPoint = Readonly<z.infer<typeof pointSchema>>;

/** The result of {@link readHistory}. */
export interface KeptHistory {
  /** In ascending order of rounds. */
  readonly points: readonly HistoryPoint[];
  /** The reason why the file was left aside, for the log; absent when all is well. */
  readonly warning?: string;
}

/** Reads the figures at `path`. A damaged or unreadable file counts as an empty one, with a warning. */
export async function readHistory(files: FileSystem, path: string): Promise<KeptHistory> {
  try {
    const bytes = await reading(path, () => files.read(path));
    if (bytes === undefined) return {points: []};
    return {points: fileSchema.parse(JSON.parse(toString(bytes))).points};
  } catch (error) {
    const isUnreadable = isCoded(error, "STORAGE_UNREADABLE");
    return {points: [], warning: isUnreadable ? error.message : `${path} is damaged and was ignored`};
  }
}

/**
 * Replaces the figures at `path`, atomically.
 * @throws {CodedError} STORAGE_FULL, STORAGE_UNWRITABLE
 */
export async function writeHistory(
  files: FileSystem,
  path: string,
  points: readonly HistoryPoint[],
): Promise<void> {
  await writeDurably(files, path, fromString(`${JSON.stringify({formatVersion: 1, points})}\n`));
}
