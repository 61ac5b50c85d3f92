import {present} from "../../core/index.ts";
import type {Certified} from "../types.ts";
import {onFetched, onFetchFailed, onPersisted} from "./round.ts";
import type {RoundContext} from "./round-state.ts";

/** Takes in the end of a fetch that the round asked for by `id`. @param bytes null if it failed */
export function finishFetch(context: RoundContext, id: number, bytes: Uint8Array | null): void {
  const {fetches} = context.state;
  const fetch = fetches.get(id);
  if (fetch === undefined) return;
  fetches.delete(id);
  if (bytes === null) onFetchFailed(context, fetch);
  else onFetched(context, fetch.purpose, bytes);
}

/**
 * Goes on when the write that the round asked for by `id` has reached the disk.
 * @returns the round's certificate with its result if it was what was written: the round is past
 */
export function finishWrite(context: RoundContext, id: number): Certified | null {
  const {persists, decided, held} = context.state;
  const purpose = persists.get(id);
  if (purpose === undefined) return null;
  persists.delete(id);
  if (purpose.kind !== "certificate") {
    onPersisted(context, purpose);
    return null;
  }
  const certificate = present(decided, "the certificate on disk");
  return {certificate, snapshot: present(held.get(certificate.body.result), "its result")};
}
