const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

/** Whether only this machine reaches a server that listens on `host`, an address or a name. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}
