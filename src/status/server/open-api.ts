import {z} from "zod";
import {at} from "../../core/index.ts";
import {gapAnswerSchema} from "../answers/event-answer.ts";
import {ENDPOINTS, type Endpoint, EVENTS_ENDPOINT, errorAnswerSchema} from "./endpoints.ts";

const REFUSALS = {
  400: "The request is malformed.",
  401: "The token is missing or wrong.",
  403: "The Host header is not this server's, or a browser asks for a page of another origin.",
  429: "Too many requests, or too many streams.",
};

type Json = Record<string, unknown>;

/** The JSON Schema (draft 2020-12) of a schema of an answer, as OpenAPI 3.1 takes it. */
function jsonSchema(schema: z.ZodType): Json {
  const {$schema: _, ...rest} = z.toJSONSchema(schema);
  return rest;
}

function refusalResponses(): Json {
  const content = {"application/json": {schema: {$ref: "#/components/schemas/Error"}}};
  return Object.fromEntries(
    Object.entries(REFUSALS).map(([status, description]) => [status, {description, content}]),
  );
}

function parametersOf(query: z.ZodObject): Json[] {
  const {properties = {}} = jsonSchema(query);
  return Object.entries(properties as Json).map(([name, schema]) => ({
    name,
    in: "query",
    required: false,
    schema,
  }));
}

function operationOf({path, summary, query, type, answers}: Endpoint): Json {
  const responses = Object.entries(answers).map(([status, {means, schema}]) => [
    status,
    {description: means, content: {[at(type.split(";"), 0)]: {schema: jsonSchema(schema)}}},
  ]);
  return {
    operationId: operationId(path),
    summary,
    parameters: parametersOf(query),
    responses: {...refusalResponses(), ...Object.fromEntries(responses)},
    ...(path === "/livez" ? {security: []} : {}),
  };
}

function operationId(path: string): string {
  return `get${path.replaceAll(/[/.](\w)/g, (_, letter: string) => letter.toUpperCase())}`;
}

function eventsOperation(): Json {
  const {path, summary, schema} = EVENTS_ENDPOINT;
  return {
    operationId: operationId(path),
    summary,
    parameters: [
      {
        name: "Last-Event-ID",
        in: "header",
        required: false,
        description: "Id of the last event that the listener has; 0 for everything that is held.",
        schema: {type: "string"},
      },
    ],
    responses: {
      ...refusalResponses(),
      200: {
        description:
          "A stream: each event's `data` is one of these objects as JSON. A comment comes every 15 seconds.",
        content: {"text/event-stream": {schema: jsonSchema(z.union([schema, gapAnswerSchema]))}},
      },
    },
  };
}

/** The OpenAPI 3.1 document of the status server, made from the schemas that check its answers. */
export function openApiDocument(version: string): Json {
  const paths = ENDPOINTS.map((endpoint) => [endpoint.path, {get: operationOf(endpoint)}]);
  return {
    openapi: "3.1.0",
    info: {
      title: "Consilium node status",
      version,
      description:
        "Read-only. No answer holds anything about a patient. Answers say the version of their form in `schema`.",
    },
    security: [{}, {token: []}],
    paths: {...Object.fromEntries(paths), [EVENTS_ENDPOINT.path]: {get: eventsOperation()}},
    components: {
      schemas: {Error: jsonSchema(errorAnswerSchema)},
      securitySchemes: {
        token: {type: "http", scheme: "bearer", description: "What is in the node's token file."},
      },
    },
  };
}
