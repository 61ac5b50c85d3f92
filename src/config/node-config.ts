import {dirname, resolve} from "node:path";
import {z} from "zod";
import {isLoopback, nameSchema, parseYaml} from "../core/index.ts";
import {statusTokenFile} from "../storage/index.ts";
import {readTextFile} from "./text-file.ts";

const multiaddrSchema = z.string().startsWith("/", "must be a multiaddr, such as /ip4/127.0.0.1/tcp/4001");
const pathSchema = z.string().min(1);

function refuseTwice(addresses: readonly string[], context: z.RefinementCtx): void {
  for (const [index, address] of addresses.entries()) {
    if (addresses.indexOf(address) < index)
      context.addIssue({code: "custom", path: [index], message: "is in the list already"});
  }
}

const tlsSchema = z
  .strictObject({
    cert: pathSchema.describe("Its certificate chain, PEM."),
    key: pathSchema.describe("Its private key, PEM, readable by its owner alone."),
    clientCa: pathSchema
      .optional()
      .describe("Only clients with a certificate of these authorities are let in, PEM; default: all."),
  })
  .optional()
  .describe("Serves status over HTTPS (TLS 1.3).");

/** Distance of the probe port above the status port, if the file names no probe port. */
const PROBE_PORT_ABOVE = 100;
const MAX_PORT = 65_535;
const portSchema = z.int().min(0).max(MAX_PORT);

const probesSchema = z
  .strictObject({
    host: z.string().min(1).optional().describe("Address to listen on; default: that of status."),
    port: portSchema
      .optional()
      .describe(`TCP port; default: ${PROBE_PORT_ABOVE} above that of status; 0 takes a free one.`),
  })
  .prefault({})
  .describe(
    "/livez, /healthz and /readyz once more, for probes: without a token, over plain HTTP, in words that name nobody.",
  );

const statusSchema = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .default("127.0.0.1")
      .describe(
        "Address to listen on; any but this machine's own (127.0.0.1, ::1) needs tokenFile or tls.clientCa.",
      ),
    port: portSchema.default(9600).describe("TCP port; 0 takes a free one."),
    tokenFile: pathSchema
      .optional()
      .describe(
        "File with the token that every client must send, at least 32 characters, mode 0600; default: status.token in the state directory, unless tls.clientCa is named.",
      ),
    tls: tlsSchema,
    probes: probesSchema,
    allowedHosts: z
      .array(
        z
          .string()
          .regex(/^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/, "must be a host name, or name:port"),
      )
      .default([])
      .describe("Names beside this machine's own by which clients may call the status server."),
  })
  .superRefine(({host, port, probes, tokenFile, tls}, context) => {
    if (probes.port === undefined && port + PROBE_PORT_ABOVE > MAX_PORT) {
      const message = `must be set: ${PROBE_PORT_ABOVE} above status.port is not a valid port`;
      context.addIssue({code: "custom", path: ["probes", "port"], message});
    }
    if (isLoopback(host) || tokenFile !== undefined || tls?.clientCa !== undefined) return;
    context.addIssue({
      code: "custom",
      path: ["host"],
      message: "other machines reach this address: tokenFile or tls.clientCa must be named too",
    });
  })
  .prefault({})
  .describe("The status server: health, status, metrics and events; read-only.");

const logSchema = z
  .strictObject({
    level: z
      .enum(["error", "warn", "info", "debug", "silent"])
      .default("info")
      .describe("The least level that is logged."),
    format: z
      .enum(["text", "json"])
      .default("text")
      .describe("text: lines for people; json: lines for machines."),
  })
  .prefault({})
  .describe("The log, on standard error.");

/** Six years, as US law has it for records of health; and the half year that the EU's AI Act wants at least. */
const RETENTION_DAYS = 2192;
const LEAST_RETENTION_DAYS = 183;

const ledgerSchema = z
  .strictObject({
    retentionDays: z
      .int()
      .min(LEAST_RETENTION_DAYS)
      .default(RETENTION_DAYS)
      .describe("Days for which its entries are kept; whole days that are older are dropped."),
  })
  .prefault({})
  .describe("The ledger of what left this node.");

/** The schema of `node.yaml`: closed; it gives each key's type, default and description. */
export const nodeConfigSchema = z.strictObject({
  formatVersion: z.literal(1).describe("Version of this file's format."),
  site: nameSchema.describe("This site's name in the roster."),
  state: pathSchema.describe("Directory of the node's key, journal and models; made when missing."),
  roster: pathSchema.describe("The roster file."),
  plan: pathSchema.describe("The plan file."),
  approvedPlan: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "must be the plan's hash of 64 digits; `consilium plan show` prints it")
    .describe("Hash of the plan that this site has approved; no other is run."),
  attempt: z.int().min(1).default(1).describe("Which run of the plan; the same number at all sites."),
  task: pathSchema.describe("The task file that describes this site's data."),
  listen: z
    .array(multiaddrSchema)
    .min(1)
    .superRefine(refuseTwice)
    .default(["/ip4/127.0.0.1/tcp/0"])
    .describe("Addresses to listen on for other nodes, as multiaddrs."),
  bootstrap: z
    .array(multiaddrSchema)
    .default([])
    .describe("Addresses of nodes to find the others from, as multiaddrs that end in /p2p/PEERID."),
  mdns: z.boolean().default(false).describe("Whether to look for nodes in the local network too."),
  status: statusSchema,
  log: logSchema,
  ledger: ledgerSchema,
  backend: z
    .enum(["auto", "tfjs-node", "wasm", "cpu"])
    .default("auto")
    .describe("What computes: auto takes the fastest that is installed."),
});

/** A node's configuration; from {@link loadNodeConfig}, all its paths are absolute. */
export type NodeConfig = Readonly<Omit<WrittenConfig, "status"> & {readonly status: StatusConfig}>;

type WrittenConfig = z.output<typeof nodeConfigSchema>;
type WrittenStatus = WrittenConfig["status"];
type StatusConfig = Omit<WrittenStatus, "probes"> & {
  readonly probes: {readonly host: string; readonly port: number};
};

function probesOf({host, port, probes}: WrittenStatus): StatusConfig["probes"] {
  return {
    host: probes.host ?? host,
    port: probes.port ?? (port === 0 ? 0 : port + PROBE_PORT_ABOVE),
  };
}

/**
 * Path of the token: from the file; else in the state directory, unless clients show certificates instead.
 */
function tokenFileOf({tokenFile, tls}: WrittenStatus, state: string): string | undefined {
  return tokenFile ?? (tls?.clientCa === undefined ? statusTokenFile(state) : undefined);
}

function absoluteStatus(
  status: WrittenStatus,
  state: string,
  absolute: (path: string) => string,
): StatusConfig {
  const {tls} = status;
  const tokenFile = tokenFileOf(status, state);
  return {
    ...status,
    probes: probesOf(status),
    ...(tokenFile === undefined ? {} : {tokenFile: absolute(tokenFile)}),
    ...(tls === undefined
      ? {}
      : {
          tls: {
            cert: absolute(tls.cert),
            key: absolute(tls.key),
            ...(tls.clientCa === undefined ? {} : {clientCa: absolute(tls.clientCa)}),
          },
        }),
  };
}

/**
 * Reads `node.yaml`; relative paths in it are relative to it.
 * @throws {CodedError} CONFIG_UNREADABLE; CONFIG_INVALID with file, line and column
 */
export async function loadNodeConfig(path: string): Promise<NodeConfig> {
  const config = parseYaml(nodeConfigSchema, await readTextFile(path), path, "CONFIG_INVALID");
  const absolute = (relative: string): string => resolve(dirname(path), relative);
  return {
    ...config,
    status: absoluteStatus(config.status, config.state, absolute),
    state: absolute(config.state),
    roster: absolute(config.roster),
    plan: absolute(config.plan),
    task: absolute(config.task),
  };
}

/** The JSON Schema (draft 2020-12) of `node.yaml`, for editors and documentation. */
export function nodeConfigJsonSchema(): Record<string, unknown> {
  return {...z.toJSONSchema(nodeConfigSchema, {io: "input"})};
}
