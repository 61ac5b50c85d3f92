import {CodedError} from "../../core/index.ts";
import type {DataErrorCode} from "../errors.ts";
import type {PartitionSpec} from "./partition-spec.ts";

/** Throws DATA_PARTITION_IMPOSSIBLE with the obstacle. */
export function refuseDeal({type, nodes, minimum}: PartitionSpec, what: string, hint: string): never {
  throw new CodedError<DataErrorCode>("DATA_PARTITION_IMPOSSIBLE", `partition ${type}: ${what}`, {
    data: {type, nodes, minimum},
    hint,
  });
}
