import {loadNodeConfig, readStatusSecrets} from "../../src/config/index.ts";

/** The headers by which the operator of the node with this node.yaml asks its status server. */
export async function bearerOf(configPath: string): Promise<Readonly<Record<string, string>>> {
  const {token} = await readStatusSecrets((await loadNodeConfig(configPath)).status);
  return token === null ? {} : {authorization: `Bearer ${token}`};
}
