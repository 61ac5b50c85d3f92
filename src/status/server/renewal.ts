import {type CancelTimer, type Clock, type Closable, errorLine, type Logger} from "../../core/index.ts";
import type {StatusTls} from "./access.ts";

const LOOK_EVERY_MS = 60_000;

/** Dependencies of the watch over a certificate's files. */
export interface RenewalOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The certificate and key that the server uses now. */
  readonly tls: StatusTls;
  /** Reads the files again; null if there are none any more. */
  read(): Promise<StatusTls | null>;
  /** Shows another certificate to clients that connect from now on. @throws STATUS_TLS_INVALID */
  apply(tls: StatusTls): void;
}

function isSame(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b;
  return Buffer.compare(a, b) === 0;
}

function isSameTls(a: StatusTls, b: StatusTls): boolean {
  return isSame(a.cert, b.cert) && isSame(a.key, b.key) && isSame(a.clientCa, b.clientCa);
}

/**
 * Looks every minute for a renewed certificate: a renewal needs no restart. The same failure is logged once,
 * until the files can be used again.
 */
export function watchCertificate({clock, logger, tls, read, apply}: RenewalOptions): Closable {
  let shown = tls;
  let lastFault: string | null = null;
  let isClosed = false;
  let cancel: CancelTimer = () => {};
  const look = async (): Promise<void> => {
    try {
      const now = (await read()) ?? shown;
      if (!isSameTls(now, shown)) {
        apply(now);
        shown = now;
        logger.info("the certificate of the status server was renewed");
      }
      lastFault = null;
    } catch (error) {
      const fault = errorLine(error);
      if (fault !== lastFault) logger.warn("a renewed certificate cannot be used", {error: fault});
      lastFault = fault;
    }
  };
  const schedule = (): void => {
    cancel = clock.after(
      LOOK_EVERY_MS,
      () => {
        void look().then(() => {
          if (!isClosed) schedule();
        });
      },
      {unref: true},
    );
  };
  schedule();
  return {
    async close() {
      isClosed = true;
      cancel();
    },
  };
}
