import {X509Certificate} from "node:crypto";
import {CodedError} from "../core/index.ts";
import {RENEW_WITHIN_DAYS} from "../node/index.ts";
import type {StatusErrorCode} from "./errors.ts";

const DAY_MS = 86_400_000;

/**
 * Time at which a certificate (PEM, the first of a chain) expires, in wall-clock ms.
 * @throws STATUS_TLS_INVALID
 */
export function certificateEnd(pem: Uint8Array): number {
  try {
    return Date.parse(new X509Certificate(pem).validTo);
  } catch (cause) {
    const code: StatusErrorCode = "STATUS_TLS_INVALID";
    throw new CodedError(code, "the certificate under status.tls cannot be read", {
      hint: "Give a certificate chain as a PEM file, the server's own certificate first.",
      cause,
    });
  }
}

/** The fault of something that ends at this time, in one line; null if it is good for 14 days or more. */
export function endingFault(what: string, endsWallMs: number | null, wallMs: number): string | null {
  if (endsWallMs === null || endsWallMs - wallMs >= RENEW_WITHIN_DAYS * DAY_MS) return null;
  const day = new Date(endsWallMs).toISOString().slice(0, 10);
  if (endsWallMs <= wallMs) return `${what} ran out on ${day}`;
  const days = Math.floor((endsWallMs - wallMs) / DAY_MS);
  const left = days === 0 ? "less than a day" : `${days} day${days === 1 ? "" : "s"}`;
  return `${what} runs out on ${day}, in ${left}`;
}
