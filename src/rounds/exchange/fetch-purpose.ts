import type {Span} from "../../parameters/index.ts";
import type {MemberId} from "../quorum.ts";

/** The purpose of an outstanding fetch. */
export type FetchPurpose =
  | {
      readonly kind: "part" | "opened" | "sum";
      readonly group: string;
      readonly chunk: number;
      readonly member: MemberId;
    }
  /** `dispute` is its key. */
  | {
      readonly kind: "disputed";
      readonly dispute: string;
      readonly chunk: number;
      readonly member: MemberId;
    }
  | {readonly kind: "mass"; readonly group: string; readonly phase: number; readonly member: MemberId}
  | {readonly kind: "whole"; readonly group: string; readonly member: MemberId}
  | {readonly kind: "snapshot"; readonly hash: string; readonly member: MemberId};

/** A fetch under way: its purpose, its bytes, and the number of failed requests for them. */
export interface OutstandingFetch {
  readonly purpose: FetchPurpose;
  readonly bytes: {readonly hash: string; readonly total: number; readonly range?: Span};
  readonly failures: number;
}
