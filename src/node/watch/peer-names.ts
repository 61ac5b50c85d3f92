import type {LogFields, Logger} from "../../core/index.ts";

/**
 * Wraps `logger` to show the field `peer` as the member's name on the roster instead of its PeerId, if it is
 * a member's.
 */
export function withPeerNames(logger: Logger, names: ReadonlyMap<string, string>): Logger {
  const named = (fields: LogFields | undefined): LogFields | undefined => {
    const peer = fields?.["peer"];
    return typeof peer === "string" ? {...fields, peer: names.get(peer) ?? peer} : fields;
  };
  return {
    error: (message, fields) => logger.error(message, named(fields)),
    warn: (message, fields) => logger.warn(message, named(fields)),
    info: (message, fields) => logger.info(message, named(fields)),
    debug: (message, fields) => logger.debug(message, named(fields)),
    child: (fields) => withPeerNames(logger.child(fields), names),
  };
}
