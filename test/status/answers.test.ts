import {afterEach, beforeEach, describe, expect, it, onTestFinished} from "vitest";
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
  ["/v1/history", answers.historyAnswerSchema, {run: SAMPLE_VIEW.plan.run, data: [{round: 2}, {round: 3}]}],
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

/** Every number under the name `round` in an OpenAPI document, with its place and what is said of it. */
function* roundsIn(part: unknown, place = ""): Iterable<[string, string]> {
  if (typeof part !== "object" || part === null) return;
  for (const [name, value] of Object.entries(part)) {
    const {type, description}: {type?: unknown; description?: unknown} = Object(value);
    if (name === "round" && type === "number") yield [`${place}/${name}`, String(description)];
    else yield* roundsIn(value, `${place}/${name}`);
  }
}

it("every round in the OpenAPI document says from what it counts", async () => {
  const found = [...roundsIn(await askJson(`${url}/openapi.json`))];
  expect(found.length).toBeGreaterThan(8);
  for (const [place, description] of found) expect(description, place).toMatch(/\bfrom 0\b/i);
});

it("an alert tells a share in whole percent below the one it was raised for, and a stall in a sentence", async () => {
  view = {
    ...SAMPLE_VIEW,
    round: 50,
    rounds: 100,
    result: null,
    shares: [{name: "east", run: {contributed: 39, certified: 49}, recent: {contributed: 39, certified: 49}}],
    pace: {...SAMPLE_VIEW.pace, startedWallMs: 1_699_999_900_000, lastPartWallMs: null},
  };
  const {server, clock} = await openSampleServer({node: () => sampleNode(() => view)});
  onTestFinished(() => server.close());
  clock.fire();
  const {alerts} = answers.statusResponseSchema.parse(await askJson(`${server.url}/v1/status`));
  expect(alerts.map(({detail}) => detail)).toEqual(
    expect.arrayContaining([
      "east took part in 79 % of the last 49 rounds",
      "no round has been certified with this site's part for 100 s (none since the start); waiting for south",
    ]),
  );
});

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

  const pace = (change: Partial<NodeView["pace"]>) => ({pace: {...SAMPLE_VIEW.pace, ...change}});

  it("is good while rounds are certified with the site's part, with one member missing", async () => {
    expect([south?.link.status, east?.link.status]).toEqual(["up", "down"]);
    expect(await healthOf()).toEqual([200, 200, []]);
  });

  // The sample's clock stands at 22:13:20; its last part was two seconds ago, and 11.5 seconds are allowed.
  it.each<[string, Partial<NodeView>, readonly unknown[]]>([
    [
      "nothing is certified with its part since the start",
      pace({lastPartWallMs: null}),
      [503, 200, "waiting"],
    ],
    ["rounds go on without its part", pace({lastPartWallMs: 1_699_999_988_000}), [503, 200, "stalled"]],
    ["a write failed", {fault: "STORAGE_FULL"}, [503, 503, "failed"]],
    ["it cannot go on", {fault: "PRIVACY_NOT_FINITE"}, [503, 503, "failed"]],
    [
      "nobody is linked and nothing certified",
      {peers: unlinked, ...pace({lastPartWallMs: null})},
      [503, 503, "waiting"],
    ],
  ])("is bad when %s", async (_, change, expected) => {
    view = {...SAMPLE_VIEW, ...change};
    const {state} = answers.healthzAnswerSchema.parse(await askJson(`${url}/healthz`));
    expect([...(await healthOf()).slice(0, 2), state]).toEqual(expected);
  });

  it("is good, and not ready, for as long as the plan allows once links are lost or silent", async () => {
    const silent = SAMPLE_VIEW.peers.map((peer) => ({
      ...peer,
      link: {...peer.link, status: "silent" as const},
    }));
    for (const peers of [unlinked, silent]) {
      view = {...SAMPLE_VIEW, peers};
      expect(await healthOf()).toEqual([200, 503, []]);
    }
  });

  it("says whom it waits for, and since when", async () => {
    view = {...SAMPLE_VIEW, ...pace({lastPartWallMs: null})};
    expect(await askJson(`${url}/healthz`)).toEqual({
      status: "unhealthy",
      state: "waiting",
      reason:
        "no round is certified with this site's part since the start, 10 s ago; waiting for south since 2023-11-14T22:13:19Z",
      since: "2023-11-14T22:13:10.000Z",
      waitingFor: ["south"],
      failing: ["exchanging"],
    });
  });

  it("is good and ready once the run has ended, whoever is still there", async () => {
    const ended = {
      activity: "finished",
      stage: null,
      ...pace({lastPartWallMs: null, startedWallMs: 0}),
    } as const;
    view = {...SAMPLE_VIEW, ...ended, peers: unlinked};
    expect(await healthOf()).toEqual([200, 200, []]);
    expect(await askJson(`${url}/healthz`)).toMatchObject({state: "finished", reason: "the run has ended"});
    const {alerts} = answers.statusResponseSchema.parse(await askJson(`${url}/v1/status`));
    expect(alerts).toEqual([]);
  });
});
