import {loadNodeConfig, readStatusSecrets} from "../../config/index.ts";
import {CodedError, formatBytes, formatSeconds, isCoded} from "../../core/index.ts";
import {type StatusResponse, statusResponseSchema} from "../../status/index.ts";
import {defineCommand, usageError} from "../command.ts";
import {askDaemon, type StatusTarget, statusTarget} from "../daemon/status-client.ts";
import {statusLine} from "../daemon/view-text.ts";
import type {CliErrorCode} from "../errors.ts";

const DEFAULT_URL = "http://127.0.0.1:9600";
const UNGUARDED = {token: null, tls: null};

async function targetOf(config: string | undefined, url: string | undefined): Promise<StatusTarget> {
  if (config === undefined) return {...UNGUARDED, url: (url ?? DEFAULT_URL).replace(/\/+$/, "")};
  const {status} = await loadNodeConfig(config);
  const target = statusTarget(status, await readStatusSecrets(status));
  if (target !== null) return target;
  throw usageError(
    "node.yaml lets the node take any free status port",
    "Give the one that it logged with --url.",
  );
}

async function answerOf(target: StatusTarget): Promise<unknown> {
  try {
    return JSON.parse(await askDaemon(target, "/v1/status")) as unknown;
  } catch (cause) {
    if (isCoded(cause)) throw cause;
    throw new CodedError<CliErrorCode>("CLI_STATUS_UNREACHABLE", `no daemon answers at ${target.url}`, {
      hint: "Start it with `consilium start`, or name its address with --config or --url.",
      cause,
    });
  }
}

async function askStatus(target: StatusTarget): Promise<StatusResponse> {
  const answer = statusResponseSchema.safeParse(await answerOf(target));
  if (answer.success) return answer.data;
  throw new CodedError<CliErrorCode>(
    "CLI_STATUS_FOREIGN",
    `what answers at ${target.url} tells no status that is understood`,
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
    const answer = await askStatus(await targetOf(config, url));
    console.log(json ? JSON.stringify(answer, null, 2) : statusText(answer));
    return 0;
  },
});
