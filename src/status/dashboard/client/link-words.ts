/** Meanings of the codes of a link's end for people; a code that is not here stands for itself. */
const CAUSES: Readonly<Record<string, string>> = {
  NETWORK_PEER_UNLISTED: "it is not on this site's roster",
  NETWORK_PEER_UNREACHABLE: "none of its addresses answers",
  NETWORK_HANDSHAKE_MISMATCH: "the two nodes do not have the same",
  NETWORK_HANDSHAKE_TIMEOUT: "it did not answer the handshake in time",
  NETWORK_LINK_LOST: "the connection ended",
  NETWORK_LINK_STALLED: "nothing came from it for too long",
  NETWORK_FRAME_TOO_LARGE: "it sent a message that is too large",
  NETWORK_FRAME_MALFORMED: "it sent a message that cannot be read",
};

/**
 * The reason why a link is down, with the code for the documentation.
 * @param detail the difference or fault, if known
 */
export function downText(code: string | null, detail: string | null): string {
  if (code === null) return "Not linked: it has not been reached yet.";
  const cause = CAUSES[code];
  const more = detail === null ? "" : `${code === "NETWORK_HANDSHAKE_MISMATCH" ? " " : ": "}${detail}`;
  return cause === undefined ? `Not linked: ${code}${more}.` : `Not linked: ${cause}${more} (${code}).`;
}
