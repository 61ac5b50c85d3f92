import {z} from "zod";
import {EXPOSITION_TYPE} from "../../core/index.ts";
import type {Node, NodeView} from "../../node/index.ts";
import {eventAnswerSchema} from "../answers/event-answer.ts";
import * as health from "../answers/health-answer.ts";
import * as lists from "../answers/list-answers.ts";
import {type Opening, startingAnswer, startingAnswerSchema} from "../answers/starting-answer.ts";
import {type StatusFacts, statusResponseOf, statusResponseSchema} from "../answers/status-answer.ts";

/** The part of a node from which answers are made. */
export type StatusNode = lists.ListSource & Pick<Node, "view">;

/** The sources of answers. */
export interface AnswerSources {
  /** The node, or null while it is starting. */
  node(): StatusNode | null;
  /** The part that a starting node is opening now; null before it has said. */
  opening(): Opening | null;
  health(): health.Health;
  /** The facts of a status beside `view`. */
  facts(view: NodeView): StatusFacts;
  /** All metrics in Prometheus's text format. */
  metrics(): string;
  /** The OpenAPI document. */
  document(): unknown;
}

/** An answer before it is written. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** An endpoint that is asked by GET and answered at once. */
export interface Endpoint {
  readonly path: string;
  readonly summary: string;
  /** The query that may follow the path. */
  readonly query: z.ZodObject;
  /** Content type of its answers with status 200. */
  readonly type: string;
  /** Schemas of its answers by status, with the meaning of each status. */
  readonly answers: Readonly<Record<number, {readonly means: string; readonly schema: z.ZodType}>>;
  /** @param query as its schema gives it */
  answer(sources: AnswerSources, query: Readonly<Record<string, unknown>>): Answer;
}

/** The answer to a request that is refused or fails. */
export const errorAnswerSchema = z.strictObject({error: z.string()});

const JSON_TYPE = "application/json; charset=utf-8";
const whileStarting = {503: {means: "The node is starting.", schema: startingAnswerSchema}};
const plain = {query: lists.noQuerySchema, type: JSON_TYPE};
const probed = {query: lists.anyQuerySchema, type: JSON_TYPE};

function ok<Schema extends z.ZodType>(schema: Schema, means: string) {
  return {200: {means, schema}};
}

function starting({opening}: AnswerSources): Answer {
  return {status: 503, body: startingAnswer(opening())};
}

/** Makes answers from a node that is up. */
function fromNode(answer: (node: StatusNode, query: Readonly<Record<string, unknown>>) => unknown) {
  return (sources: AnswerSources, query: Readonly<Record<string, unknown>>): Answer => {
    const now = sources.node();
    return now === null ? starting(sources) : {status: 200, body: answer(now, query)};
  };
}

const HEALTH_ENDPOINTS: readonly Endpoint[] = [
  {
    ...probed,
    path: "/livez",
    summary: "Whether the process answers at all; asks for no token. For what restarts a dead process.",
    answers: ok(health.livezAnswerSchema, "It does."),
    answer: () => ({status: 200, body: {status: "alive"}}),
  },
  {
    ...probed,
    path: "/healthz",
    summary:
      "Whether the node is healthy: whether a round was lately certified with its part, not whether it is merely up.",
    answers: {
      ...ok(health.healthzAnswerSchema, "It is."),
      503: {means: "It is not.", schema: health.healthzAnswerSchema},
    },
    answer({health: healthOf}) {
      const {healthy, checks, state, reason, since, waitingFor} = healthOf();
      const failing = healthy ? [] : checks.filter(({ok: isOk}) => !isOk).map(({name}) => name);
      const status = healthy ? "healthy" : "unhealthy";
      const said = {status, state, reason, since, waitingFor, failing};
      return {status: healthy ? 200 : 503, body: health.healthzAnswerSchema.parse(said)};
    },
  },
  {
    ...probed,
    path: "/readyz",
    summary: "Whether the node could take part in a round, by named checks.",
    answers: {
      ...ok(health.readyzAnswerSchema, "It could."),
      503: {means: "It could not.", schema: health.readyzAnswerSchema},
    },
    answer({health: healthOf}) {
      const body = health.readyzAnswerSchema.parse(healthOf());
      return {status: body.ready ? 200 : 503, body};
    },
  },
];

const NODE_ENDPOINTS: readonly Endpoint[] = [
  {
    ...plain,
    path: "/v1/status",
    summary: "The node as it is now.",
    answers: {...ok(statusResponseSchema, "Its status."), ...whileStarting},
    answer(sources) {
      const view = sources.node()?.view();
      if (view === undefined) return starting(sources);
      return {status: 200, body: statusResponseOf(view, sources.facts(view))};
    },
  },
  {
    ...plain,
    path: "/v1/peers",
    summary: "Every other member on the roster.",
    answers: {...ok(lists.peersAnswerSchema, "The members."), ...whileStarting},
    answer: fromNode((node) => lists.peersAnswer(node)),
  },
  {
    ...plain,
    path: "/v1/runs",
    summary: "The runs that the node takes part in, each with its plan.",
    answers: {...ok(lists.runsAnswerSchema, "The runs."), ...whileStarting},
    answer: fromNode((node) => lists.runsAnswer(node)),
  },
  {
    ...plain,
    path: "/v1/rounds",
    summary: "Certified rounds with their certificates, the newest first.",
    query: lists.limitQuerySchema,
    answers: {...ok(lists.roundsAnswerSchema, "The rounds."), ...whileStarting},
    answer: fromNode((node, query) => lists.roundsAnswer(node, lists.limitQuerySchema.parse(query).limit)),
  },
  {
    ...plain,
    path: "/v1/history",
    summary: "The figures of the run over all of its rounds, thinned where there are many.",
    answers: {...ok(lists.historyAnswerSchema, "The figures."), ...whileStarting},
    answer: fromNode((node) => lists.historyAnswer(node)),
  },
  {
    ...plain,
    path: "/v1/releases",
    summary: "What has left this node, by day, member and kind; the last 26 hours by hour.",
    answers: {...ok(lists.releasesAnswerSchema, "The counts."), ...whileStarting},
    answer: fromNode((node) => lists.releasesAnswer(node)),
  },
];

const TEXT_ENDPOINTS: readonly Endpoint[] = [
  {
    ...probed,
    path: "/metrics",
    summary: "Metrics in Prometheus's text format.",
    type: EXPOSITION_TYPE,
    answers: ok(z.string(), "The metrics."),
    answer: ({metrics}) => ({status: 200, body: metrics()}),
  },
  {
    ...plain,
    path: "/openapi.json",
    summary: "This description.",
    answers: ok(z.record(z.string(), z.unknown()), "An OpenAPI 3.1 document."),
    answer: ({document}) => ({status: 200, body: document()}),
  },
];

/** All endpoints that are answered at once. */
export const ENDPOINTS: readonly Endpoint[] = [...HEALTH_ENDPOINTS, ...NODE_ENDPOINTS, ...TEXT_ENDPOINTS];

/** The endpoint that goes on answering. */
export const EVENTS_ENDPOINT = {
  path: "/v1/events",
  summary:
    "What happens at the node, as Server-Sent Events; with Last-Event-ID, first what has happened since, up to 1,000 events.",
  schema: eventAnswerSchema,
} as const;

/** Possible values of Last-Event-ID: an event's id, or 0 for all events that are held. */
export const lastEventIdSchema = z.string().regex(/^(0|\d{1,16}-\d{1,16})$/);
