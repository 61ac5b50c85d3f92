export {type EventAnswer, eventAnswerSchema, gapAnswerSchema} from "./answers/event-answer.ts";
export {
  CHECK_MEANINGS,
  healthzAnswerSchema,
  livezAnswerSchema,
  readyzAnswerSchema,
} from "./answers/health-answer.ts";
export {
  historyAnswerSchema,
  peersAnswerSchema,
  releasesAnswerSchema,
  roundsAnswerSchema,
  runsAnswerSchema,
} from "./answers/list-answers.ts";
export {type StatusResponse, statusResponseSchema} from "./answers/status-answer.ts";
export {certificateEnd, endingFault} from "./certificate.ts";
export type {StatusErrorCode} from "./errors.ts";
export {LOOPBACK_ACCESS, type StatusAccess} from "./server/access.ts";
export {openStatusServer, type StatusServer, type StatusServerOptions} from "./status-server.ts";
