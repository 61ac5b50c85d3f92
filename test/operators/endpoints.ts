import {openApiDocument} from "../../src/status/server/open-api.ts";

/** The paths that a status server answers. */
export function daemonPaths(): string[] {
  const {paths} = openApiDocument("1.2.3");
  return Object.keys(paths as object);
}
