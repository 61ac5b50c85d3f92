import type {FastifyInstance, FastifyReply, FastifyRequest} from "fastify";
import type {Clock} from "../../core/index.ts";
import {at} from "../../core/index.ts";
import type {EventFeed} from "../../node/index.ts";
import type {ServerMetrics} from "../metrics/server-metrics.ts";
import {
  type AnswerSources,
  ENDPOINTS,
  type Endpoint,
  EVENTS_ENDPOINT,
  lastEventIdSchema,
} from "./endpoints.ts";
import {EVENT_STREAM_TYPE, openEventStream} from "./event-stream.ts";

const MAX_STREAMS = 16;

/** Headers of every answer: it may not be kept, framed, guessed or run. */
export const HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** Dependencies of the stream of events. */
export interface EventRouteOptions {
  readonly feed: EventFeed;
  readonly clock: Clock;
  readonly metrics: ServerMetrics;
}

function isQuery(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function addEndpoint(server: FastifyInstance, endpoint: Endpoint, sources: AnswerSources): void {
  server.get(endpoint.path, async (request, reply) => {
    const query = endpoint.query.safeParse(isQuery(request.query) ? {...request.query} : {});
    if (!query.success) {
      const [where] = at(query.error.issues, 0).path.map(String);
      return reply.code(400).send({error: where === undefined ? "bad request" : `bad request: ${where}`});
    }
    const {status, body} = endpoint.answer(sources, query.data);
    if (status === 200) reply.type(endpoint.type);
    return reply.code(status).send(body);
  });
}

/** Adds the routes of all endpoints that are answered at once. */
export function addEndpoints(server: FastifyInstance, sources: AnswerSources): void {
  for (const endpoint of ENDPOINTS) addEndpoint(server, endpoint, sources);
}

/** Adds the stream of events. */
export function addEvents(server: FastifyInstance, {feed, clock, metrics}: EventRouteOptions): void {
  let open = 0;
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const after = lastEventIdSchema.optional().safeParse(request.headers["last-event-id"]);
    if (!after.success) return reply.code(400).send({error: "bad request: Last-Event-ID"});
    if (open >= MAX_STREAMS) {
      metrics.refused("streams");
      return reply.code(429).send({error: "too many streams"});
    }
    open += 1;
    metrics.streams(1);
    reply.hijack();
    openEventStream({
      feed,
      clock,
      response: reply.raw,
      headers: HEADERS,
      after: after.data ?? null,
      onEnd() {
        open -= 1;
        metrics.streams(-1);
      },
    });
    return undefined;
  };
  server.get(EVENTS_ENDPOINT.path, {exposeHeadRoute: false}, answer);
  server.head(EVENTS_ENDPOINT.path, (_, reply) => reply.type(EVENT_STREAM_TYPE).send());
}
