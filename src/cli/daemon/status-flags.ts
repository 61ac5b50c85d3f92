import {loadNodeConfig, readStatusSecrets, readToken} from "../../config/index.ts";
import {usageError} from "../command.ts";
import {type StatusTarget, statusTarget} from "./status-client.ts";

const DEFAULT_URL = "http://127.0.0.1:9600";

/** The flags that tell a command which daemon to ask. */
export const targetFlags = {
  config: {type: "string", conflicts: "url", describe: "its node.yaml, for address, token and certificate"},
  url: {type: "string", describe: `its status address (default ${DEFAULT_URL})`},
  "token-file": {type: "string", conflicts: "config", describe: "with --url: the file with its status token"},
} as const;

/** The values of {@link targetFlags}. */
export interface TargetFlags {
  readonly config: string | undefined;
  readonly url: string | undefined;
  readonly "token-file": string | undefined;
}

/** The daemon that the flags name. @throws CLI_USAGE, CONFIG_* */
export async function targetOf({config, url, "token-file": tokenFile}: TargetFlags): Promise<StatusTarget> {
  if (config === undefined) {
    const token = tokenFile === undefined ? null : await readToken(tokenFile);
    return {token, tls: null, url: (url ?? DEFAULT_URL).replace(/\/+$/, "")};
  }
  const {status} = await loadNodeConfig(config);
  const target = statusTarget(status, await readStatusSecrets(status));
  if (target !== null) return target;
  throw usageError(
    "node.yaml lets the node take any free status port",
    "Give the one that it logged with --url.",
  );
}
