import {dirname, resolve} from "node:path";
import {z} from "zod";
import {nameSchema} from "../consortium/index.ts";
import {isLoopback, parseYaml} from "../core/index.ts";
import {readTextFile} from "./text-file.ts";

const multiaddrSchema = z.string().startsWith("/", "must be a multiaddr, such as /ip4/127.0.0.1/tcp/4001");
const pathSchema = z.string().min(1);

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

const statusSchema = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .default("127.0.0.1")
      .describe(
        "Address to listen on; any but this machine's own (127.0.0.1, ::1) needs tokenFile or tls.clientCa.",
      ),
    port: z.int().min(0).max(65_535).default(9600).describe("TCP port; 0 takes a free one."),
    tokenFile: pathSchema
      .optional()
      .describe("File with the token that every client must send, at least 32 characters, mode 0600."),
    tls: tlsSchema,
    allowedHosts: z
      .array(
        z
          .string()
          .regex(/^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/, "must be a host name, or name:port"),
      )
      .default([])
      .describe("Names beside this machine's own by which clients may call the status server."),
  })
  .superRefine(({host, tokenFile, tls}, context) => {
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
    .default(["/ip4/127.0.0.1/tcp/0"])
    .describe("Addresses to listen on for other nodes, as multiaddrs."),
  bootstrap: z
    .array(multiaddrSchema)
    .default([])
    .describe("Addresses of nodes to find the others from, as multiaddrs that end in /p2p/PEERID."),
  mdns: z.boolean().default(false).describe("Whether to look for nodes in the local network too."),
  status: statusSchema,
  log: logSchema,
  backend: z
    .enum(["auto", "tfjs-node", "wasm", "cpu"])
    .default("auto")
    .describe("What computes: auto takes the fastest that is installed."),
});

/** A node's configuration; from {@link loadNodeConfig}, all its paths are absolute. */
export type NodeConfig = Readonly<z.output<typeof nodeConfigSchema>>;

type StatusConfig = NodeConfig["status"];

function absoluteStatus(status: StatusConfig, absolute: (path: string) => string): StatusConfig {
  const {tokenFile, tls} = status;
  return {
    ...status,
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
    status: absoluteStatus(config.status, absolute),
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
