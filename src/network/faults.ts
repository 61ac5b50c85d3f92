import {CodedError} from "../core/index.ts";

/** The error with which everything that still waits ends when the network closes. */
export function closedError(): CodedError<"NETWORK_CLOSED"> {
  return new CodedError("NETWORK_CLOSED", "the network was closed");
}

/** The error of a stream or link that ended before its work was done. */
export function streamEnded(cause?: unknown): CodedError<"NETWORK_LINK_LOST"> {
  return new CodedError("NETWORK_LINK_LOST", "the stream ended early", {cause});
}
