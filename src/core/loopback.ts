const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

/**
 * Tells whether a server that listens on `host`, an address or a name, is reachable only from this machine.
 */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}
