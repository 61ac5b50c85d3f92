import type {Server} from "node:http";
import {CodedError} from "../../core/index.ts";
import type {StatusErrorCode} from "../errors.ts";

/** The address of a server, and its name in node.yaml. */
export interface ListeningPlace {
  /** Address or name. */
  readonly host: string;
  /** TCP port; 0 takes a free one. */
  readonly port: number;
  /** The block of node.yaml that sets it. */
  readonly block: "status" | "status.probes";
}

/** The port of a listening server. */
export function portOf(server: Server): number {
  const address = server.address();
  return address === null || typeof address === "string" ? 0 : address.port;
}

/** The reason why a server could not listen, in one line. */
export function listenFailure(
  cause: unknown,
  {host, port, block}: ListeningPlace,
): CodedError<StatusErrorCode> {
  const what = block === "status" ? "status" : "probes";
  if (cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE") {
    return new CodedError(
      "STATUS_PORT_IN_USE",
      `the ${block === "status" ? "status" : "probe"} port ${port} of ${host} is in use`,
      {hint: `Stop the other process, or choose another ${block}.port in node.yaml.`, cause},
    );
  }
  return new CodedError("STATUS_LISTEN_FAILED", `could not listen on ${host} port ${port} for ${what}`, {
    hint: `Choose another ${block}.host or ${block}.port in node.yaml.`,
    cause,
  });
}
