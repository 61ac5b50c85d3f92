import {afterEach, beforeEach, describe, expect, it} from "vitest";
import {z} from "zod";
import type {NodeView} from "../../src/node/index.ts";
import * as answers from "../../src/status/index.ts";
import {ask, askJson} from "./requests.ts";
import {openSampleServer, sampleNode} from "./sample-node.ts";
import {SAMPLE_VIEW} from "./sample-view.ts";

/** Every endpoint that answers JSON, with the schema of its answer and a part of it. */
const JSON_ENDPOINTS = [
  ["/livez", answers.livezAnswerSchema, {status: "alive"}],
  ["/healthz", answers.healthzAnswerSchema, {status: "healthy", failing: []}],
  ["/readyz", answers.readyzAnswerSchema, {ready: true, healthy: true}],
  ["/v1/status", answers.statusResponseSchema, {schema: 1, node: {site: "north"}}],
  ["/v1/peers", answers.peersAnswerSchema, {meta: {count: 2}, data: [{name: "south"}, {name: "east"}]}],
  ["/v1/runs", answers.runsAnswerSchema, {meta: {count: 1}, data: [{round: 4, plan: {name: "test"}}]}],
  ["/v1/rounds", answers.roundsAnswerSchema, {meta: {count: 5}}],
  ["/v1/rounds?limit=2", answers.roundsAnswerSchema, {data: [{round: 4}, {round: 3}]}],
  ["/v1/releases", answers.releasesAnswerSchema, {data: [{kind: "update", bytes: 4096}, {kind: "frame"}]}],
] as const;

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<
    Record<string, {content: Record<string, {schema: z.core.JSONSchema.JSONSchema}>}>
  >;
}

/** The parts of an OpenAPI 3.1 document that ours has; closed, so that a misspelt key is found. */
const schemaObject = z.record(z.string(), z.unknown());
const contentSchema = z.record(z.string().regex(/^[a-z]+\/[a-z-]+$/), z.strictObject({schema: schemaObject}));
const operationSchema = z.strictObject({
  operationId: z.string().regex(/^[a-zA-Z0-9]+$/),
  summary: z.string().min(10),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
  parameters: z.array(
    z.strictObject({
      name: z.string(),
      in: z.enum(["query", "header"]),
      required: z.boolean(),
      description: z.string().optional(),
      schema: schemaObject,
    }),
  ),
  responses: z.record(
    z.string().regex(/^[2-5]\d\d$/),
    z.strictObject({description: z.string().min(1), content: contentSchema}),
  ),
});
const openApiSchema = z.strictObject({
  openapi: z.literal("3.1.0"),
  info: z.strictObject({title: z.string(), version: z.string(), description: z.string()}),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  paths: z.record(z.string().startsWith("/"), z.strictObject({get: operationSchema})),
  components: z.strictObject({
    schemas: z.record(z.string(), schemaObject),
    securitySchemes: z.record(z.string(), z.looseObject({type: z.literal("http"), scheme: z.string()})),
  }),
});

let view: NodeView;
let url: string;
let close: () => Promise<void>;

beforeEach(async () => {
  view = SAMPLE_VIEW;
  const {server} = await openSampleServer({node: () => sampleNode(() => view)});
  ({url} = server);
  close = () => server.close();
});
afterEach(() => close());

async function operations(): Promise<Record<string, Operation>> {
  const {paths} = openApiSchema.parse(await askJson(`${url}/openapi.json`));
  return Object.fromEntries(
    Object.entries(paths).map(([path, {get}]) => [path, get as unknown as Operation]),
  );
}

describe("every answer", () => {
  it.each(JSON_ENDPOINTS)("of %s is as its schema says", async (path, schema, part) => {
    const {status, headers, text} = await ask(`${url}${path}`);
    expect([status, headers["content-type"]], text).toEqual([200, "application/json; charset=utf-8"]);
    expect(schema.parse(JSON.parse(text))).toEqual(JSON.parse(text));
    expect(JSON.parse(text)).toMatchObject(part);
  });

  it.each(JSON_ENDPOINTS)("of %s is as the OpenAPI document says", async (path) => {
    const {status, text} = await ask(`${url}${path}`);
    const operation = (await operations())[path.split("?")[0] ?? ""];
    const described = operation?.responses[status]?.content["application/json"]?.schema;
    if (described === undefined) throw new Error(`${path} ${status} is not described`);
    const schema = z.fromJSONSchema(described);
    expect(schema.safeParse(JSON.parse(text)).error).toBeUndefined();
    expect(schema.safeParse({...JSON.parse(text), patient: "4711"}).success, "closed").toBe(false);
  });

  it("says what is asked wrongly", async () => {
    for (const query of [
      "limit=0",
      "limit=2001",
      "limit=1.5",
      "limit=x",
      "limit=1&limit=2",
      "limits=1",
      "limit",
    ]) {
      expect((await ask(`${url}/v1/rounds?${query}`)).status, query).toBe(400);
    }
    expect(await ask(`${url}/v1/status?x=1`)).toMatchObject({status: 400});
  });

  it("carries the headers that keep a browser from keeping, framing or running it", async () => {
    for (const path of ["/v1/status", "/nothing", "/metrics", "/v1/rounds?limit=x"]) {
      const {headers} = await ask(`${url}${path}`);
      expect(headers, path).toMatchObject({
        "cache-control": "no-store",
        "content-security-policy":
          "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
      });
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
  });
});

describe("the OpenAPI document", () => {
  it("is one of version 3.1, and describes every endpoint once", async () => {
    const described = await operations();
    const paths = new Set(JSON_ENDPOINTS.map(([path]) => path.split("?")[0] ?? ""));
    expect(Object.keys(described).sort()).toEqual(
      [...paths, "/metrics", "/openapi.json", "/v1/events"].sort(),
    );
    const ids = Object.values(described).map(({operationId}) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("refers to nothing that is not in it", async () => {
    const text = JSON.stringify(await askJson(`${url}/openapi.json`));
    const document: unknown = JSON.parse(text);
    const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference = ""]) => reference);
    expect(references.length).toBeGreaterThan(0);
    for (const reference of references) {
      const found = reference
        .split("/")
        .slice(1)
        .reduce<unknown>((at, key) => Reflect.get(Object(at), key), document);
      expect(found, reference).toBeDefined();
    }
  });
});

describe("health", () => {
  const healthOf = async () => {
    const [healthz, readyz] = [await ask(`${url}/healthz`), await ask(`${url}/readyz`)];
    const {failing} = answers.healthzAnswerSchema.parse(JSON.parse(healthz.text));
    return [healthz.status, readyz.status, failing];
  };
  const [south, east] = SAMPLE_VIEW.peers;
  const unlinked = SAMPLE_VIEW.peers.map((peer) => ({
    ...peer,
    link: {...peer.link, status: "down" as const},
  }));

  it("has a meaning for every check that it names", async () => {
    const {checks} = answers.readyzAnswerSchema.parse(await askJson(`${url}/readyz`));
    expect(checks.map(({name}) => name)).toEqual(Object.keys(answers.CHECK_MEANINGS));
  });

  it("is good while rounds are certified at their pace, with one member missing", async () => {
    expect([south?.link.status, east?.link.status]).toEqual(["up", "down"]);
    expect(await healthOf()).toEqual([200, 200, []]);
  });

  it.each<[string, Partial<NodeView>, readonly unknown[]]>([
    ["nobody is linked", {peers: unlinked}, [503, 503, ["quorum", "exchanging"]]],
    ["nothing is certified yet", {certified: null}, [503, 200, ["exchanging"]]],
    [
      "a round takes far too long",
      {pace: {...SAMPLE_VIEW.pace, roundSinceWallMs: 1_699_999_900_000}},
      [503, 200, ["exchanging"]],
    ],
    ["a write failed", {fault: "STORAGE_FULL"}, [503, 503, ["storage"]]],
    ["it can not go on", {fault: "PRIVACY_NOT_FINITE"}, [503, 503, ["started"]]],
  ])("is bad when %s", async (_, change, expected) => {
    view = {...SAMPLE_VIEW, ...change};
    expect(await healthOf()).toEqual(expected);
  });

  it("is good once the run has ended", async () => {
    view = {...SAMPLE_VIEW, activity: "finished", pace: {...SAMPLE_VIEW.pace, roundSinceWallMs: 0}};
    expect(await healthOf()).toEqual([200, 200, []]);
  });
});
