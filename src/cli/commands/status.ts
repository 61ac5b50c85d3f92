import {loadNodeConfig} from "../../config/index.ts";
import {CodedError, formatBytes, formatSeconds} from "../../core/index.ts";
import {type StatusResponse, statusResponseSchema} from "../../status/index.ts";
import {defineCommand, usageError} from "../command.ts";
import {statusLine} from "../daemon/view-text.ts";
import type {CliErrorCode} from "../errors.ts";

const DEFAULT_URL = "http://127.0.0.1:9600";
const TIMEOUT_MS = 5000;

async function urlOf(config: string | undefined, url: string | undefined): Promise<string> {
  if (url !== undefined) return url.replace(/\/+$/, "");
  if (config === undefined) return DEFAULT_URL;
  const {host, port} = (await loadNodeConfig(config)).status;
  if (port !== 0) return `http://${host === "::1" ? "[::1]" : host}:${port}`;
  throw usageError(
    "node.yaml lets the node take any free status port",
    "Give the one that it logged with --url.",
  );
}

async function answerOf(url: string): Promise<unknown> {
  try {
    const response = await fetch(`${url}/v1/status`, {signal: AbortSignal.timeout(TIMEOUT_MS)});
    return await response.json();
  } catch (cause) {
    throw new CodedError<CliErrorCode>("CLI_STATUS_UNREACHABLE", `no daemon answers at ${url}`, {
      hint: "Start it with `consilium start`, or name its address with --config or --url.",
      cause,
    });
  }
}

async function askStatus(url: string): Promise<StatusResponse> {
  const answer = statusResponseSchema.safeParse(await answerOf(url));
  if (answer.success) return answer.data;
  throw new CodedError<CliErrorCode>(
    "CLI_STATUS_FOREIGN",
    `what answers at ${url} tells no status that is understood`,
    {
      hint: "It may be starting, of another version, or another program.",
      cause: answer.error,
    },
  );
}

function peerLine({name, role, link}: StatusResponse["node"]["peers"][number]): string {
  const rtt = link.rttMs === null ? "" : ` · ${link.rttMs.toFixed(0)} ms`;
  const fault = link.lastError === null ? "" : ` · ${link.lastError}`;
  const bytes = `sent ${formatBytes(link.bytesSent)} · received ${formatBytes(link.bytesReceived)}`;
  return `  ${name} (${role}) ${link.status}${rtt} · ${bytes}${fault}`;
}

function statusText({version, uptimeSeconds, node}: StatusResponse): string {
  return [
    `${node.site} of ${node.consortium} · consilium ${version} · up ${formatSeconds(uptimeSeconds)}`,
    `plan ${node.plan.name} · ${node.plan.hash}`,
    statusLine(node),
    ...node.peers.map(peerLine),
    ...node.absences.map(({round, absent}) => `round ${round + 1} went on without ${absent.join(", ")}`),
    ...(node.certified === null
      ? []
      : [`model ${node.certified.result} after round ${node.certified.round + 1}`]),
  ].join("\n");
}

/** `consilium status`: how a running daemon does. */
export const statusCommand = defineCommand({
  command: "status",
  describe: "ask a running daemon how it does",
  options: {
    config: {type: "string", conflicts: "url", describe: "its node.yaml, for the address"},
    url: {type: "string", describe: `its status address (default ${DEFAULT_URL})`},
    json: {type: "boolean", default: false, describe: "print the answer as it is, for machines"},
  },
  async handler({config, url, json}) {
    const answer = await askStatus(await urlOf(config, url));
    console.log(json ? JSON.stringify(answer, null, 2) : statusText(answer));
    return 0;
  },
});
