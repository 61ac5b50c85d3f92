import {snapshotSize} from "../../parameters/index.ts";
import type {Certificate} from "../frames.ts";
import type {MemberId} from "../quorum.ts";
import {cancelFetches, fetchFor, isFetching, persist, type RoundContext, sendTo} from "./round-state.ts";

/** Asks one of `members` for the snapshot `hash`, one at a time, the next one after a failure. */
export function fetchSnapshot(context: RoundContext, hash: string, members: readonly MemberId[]): void {
  const {state} = context;
  const isUnderWay = isFetching(context, (purpose) => purpose.kind === "snapshot" && purpose.hash === hash);
  const holders = members.filter((member) => state.linked.has(member));
  const member = holders[state.failedFetches % Math.max(1, holders.length)];
  if (isUnderWay || member === undefined) return;
  const total = snapshotSize(state.setup.spec.reference.length);
  fetchFor(context, {kind: "snapshot", hash, member}, {hash, total});
}

/** Takes a verified `certificate` as the round's outcome, once its result is held. */
export function decide(context: RoundContext, certificate: Certificate): void {
  const {state} = context;
  if (state.decided !== null) return;
  state.decided = certificate;
  // Disputes go on until the round is closed.
  cancelFetches(
    context,
    (purpose) =>
      purpose.kind !== "disputed" &&
      (purpose.kind !== "snapshot" || purpose.hash !== certificate.body.result),
  );
  for (const timer of ["deadline", "exchange", "patience"] as const) context.emit({type: "disarm", timer});
  settle(context);
}

/** Writes down the decided certificate, or goes on looking for its result. */
export function settle(context: RoundContext): void {
  const {state} = context;
  if (state.decided === null) return;
  const {body, votes} = state.decided;
  const snapshot = state.held.get(body.result);
  if (snapshot !== undefined) {
    const isUnderWay = [...state.persists.values()].some(({kind}) => kind === "certificate");
    if (isUnderWay) return;
    persist(context, {kind: "certificate"}, {kind: "certificate", certificate: state.decided, snapshot});
    return;
  }
  // Every voter holds the result, so any voter in reach can give it; after a failure the next one is asked.
  fetchSnapshot(
    context,
    body.result,
    votes.map(({member}) => member),
  );
  // A stalled holder must not hold this member: its turn ends, later each time.
  const {exchanging} = state.setup;
  context.emit({
    type: "arm",
    timer: "patience",
    afterMs: exchanging.timeoutMs() * 2 ** Math.min(10, state.failedFetches),
  });
}

/** Asks another holder for the result of a decided round, which has not come. */
export function seekElsewhere(context: RoundContext): void {
  const {state} = context;
  if (cancelFetches(context, ({kind}) => kind === "snapshot")) {
    state.failedFetches += 1;
    // Members that are rounds ahead may no longer have this result.
    sendTo(context, [...state.linked], {type: "ask"});
  }
  settle(context);
}
