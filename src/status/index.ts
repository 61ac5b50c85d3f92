export type {StatusErrorCode} from "./errors.ts";
export {type StatusResponse, statusResponseSchema} from "./status-response.ts";
export {openStatusServer, type StatusServer, type StatusServerOptions} from "./status-server.ts";
