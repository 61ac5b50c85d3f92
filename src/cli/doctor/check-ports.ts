import type {NodeConfig, StatusSecrets} from "../../config/index.ts";
import {at, isCoded, isLoopback} from "../../core/index.ts";
import {certificateEnd, endingFault} from "../../status/index.ts";
import {type Finding, fail, failure, type Loaded, pass, warn} from "./finding.ts";

/** Tries to listen; resolves with the operating system's code of the refusal, or null. */
export type ListenProbe = (host: string, port: number) => Promise<string | null>;

const LISTEN_ADDRESS = /^\/(?:ip4|ip6|dns|dns4|dns6)\/([^/]+)\/tcp\/(\d{1,5})(?:\/|$)/;

function refusal(where: string, code: string, mend: string): Finding {
  if (code === "EADDRINUSE") return fail("CLI_DOCTOR_PORT", `${where} is in use by another program`, mend);
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
    return fail("CLI_DOCTOR_PORT", `${where} is no address of this machine`, mend);
  if (code === "EACCES")
    return fail(
      "CLI_DOCTOR_PORT",
      `${where} may not be listened on by this user (EACCES)`,
      "Below 1024 that takes CAP_NET_BIND_SERVICE: give it, or choose a higher port and let the firewall forward to it.",
    );
  return fail("CLI_DOCTOR_PORT", `${where} cannot be listened on (${code})`, mend);
}

/**
 * D15: one of the addresses to listen on.
 * @param isOwn tells whether this node's daemon answers at an address
 */
export async function checkListen(
  address: string,
  listen: ListenProbe,
  isOwn: (address: string) => Promise<boolean>,
): Promise<Finding> {
  const mend = "Choose another address under `listen` in node.yaml, or stop the other program.";
  const found = LISTEN_ADDRESS.exec(address);
  if (found === null)
    return fail(
      "CLI_DOCTOR_PORT",
      `${address} is no address to listen on`,
      "Write it like /ip4/0.0.0.0/tcp/4001.",
    );
  const [host, port] = [at(found, 1), at(found, 2)];
  if (Number(port) === 0) return pass(`${address}: any free port`);
  const code = await listen(host, Number(port));
  if (code === null) return pass(`${address} is free`);
  const reached = address.replace("/ip4/0.0.0.0/", "/ip4/127.0.0.1/").replace("/ip6/::/", "/ip6/::1/");
  if (code === "EADDRINUSE" && (await isOwn(reached)))
    return pass(`${address} is held by this node's daemon`);
  return refusal(address, code, mend);
}

/**
 * D16: the status port, or that of the probes.
 * @param block its name in node.yaml
 * @param isOwn tells whether this node's daemon answers at the status port; perhaps, if one runs that is
 *   starting
 */
export async function checkStatusPort(
  {
    host,
    port,
    block,
  }: {readonly host: string; readonly port: number; readonly block: "status" | "status.probes"},
  listen: ListenProbe,
  isOwn: () => Promise<"yes" | "perhaps" | "no">,
): Promise<Finding> {
  const what = block === "status" ? "" : "probes: ";
  if (port === 0) return pass(`${what}any free port`);
  const where = `${what}port ${port} of ${host}`;
  const code = await listen(host, port);
  if (code === null) return pass(`${where} is free`);
  const mend = `Choose another under \`${block}\` in node.yaml, or stop the other program.`;
  if (code !== "EADDRINUSE") return refusal(where, code, mend);
  const own = await isOwn();
  if (own === "yes") return pass(`${where} is held by this node's daemon`);
  if (own === "no") return refusal(where, code, mend);
  return warn(
    `${where} is in use, perhaps by this node's daemon, which tells no status yet`,
    `Wait for it. ${mend}`,
  );
}

/** The fault of a certificate; null if it is good for two weeks at least. */
function certificateFinding({cert}: NonNullable<StatusSecrets["tls"]>, wallMs: number): Finding | null {
  const mend = "Renew it, and put it in the place of the old one: a running daemon takes it within a minute.";
  try {
    const endsMs = certificateEnd(cert);
    const fault = endingFault("the certificate under status.tls", endsMs, wallMs);
    if (fault === null) return null;
    return endsMs <= wallMs ? fail("CLI_DOCTOR_CERTIFICATE", fault, mend) : warn(fault, mend);
  } catch (error) {
    return failure(error);
  }
}

/** The fault of token or keys. @param isOwn whether the daemon makes a missing token by itself */
function secretsFinding(error: unknown, isOwn: boolean): Finding {
  if (!isOwn || !isCoded(error, "CONFIG_TOKEN_MISSING")) return failure(error);
  return warn("there is no token yet", "The daemon makes one when it starts, and so does `consilium init`.");
}

/**
 * D17: the clients that may ask the status server, the modes of its files, and the remaining life of its
 * certificate.
 * @param wallMs present time
 * @param ownTokenFile path at which the daemon makes a token by itself
 */
export function checkStatusGuard(
  {host, tokenFile}: NodeConfig["status"],
  secrets: Loaded<StatusSecrets>,
  {wallMs, ownTokenFile}: {readonly wallMs: number; readonly ownTokenFile: string},
): Finding {
  if ("error" in secrets) return secretsFinding(secrets.error, tokenFile === ownTokenFile);
  const {token, tls} = secrets.value;
  const ending = tls === null ? null : certificateFinding(tls, wallMs);
  if (ending !== null) return ending;
  const guards = [
    ...(token === null ? [] : ["a token"]),
    ...(tls?.clientCa == null ? [] : ["clients' certificates"]),
  ];
  if (isLoopback(host))
    return pass(`this machine alone can ask${guards.length === 0 ? "" : `, with ${guards.join(" and ")}`}`);
  if (tls === null)
    return warn(
      `${host} asks for ${guards.join(" and ")}, which crosses the network in clear`,
      "Name `status.tls`.",
    );
  return pass(`${host} asks for ${guards.join(" and ")}, over TLS`);
}
