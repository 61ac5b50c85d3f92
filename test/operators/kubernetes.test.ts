import {cpSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {describe, expect, it} from "vitest";
import {z} from "zod";
import {nodeConfigSchema} from "../../src/config/index.ts";
import {parseYaml} from "../../src/core/index.ts";
import {daemonPaths} from "./endpoints.ts";
import {OPERATORS, textOf, yamlOf} from "./files.ts";
import {hasTool, runTool} from "./tools.ts";

const FOLDER = "kubernetes";
const FILES = [
  "namespace",
  "serviceaccount",
  "secret",
  "pvc",
  "service",
  "networkpolicy",
  "statefulset",
  "init-job",
];
const manifest = (name: string): unknown => yamlOf(textOf(`${FOLDER}/${name}.yaml`));

const containerSecurity = z.strictObject({
  allowPrivilegeEscalation: z.literal(false),
  readOnlyRootFilesystem: z.literal(true),
  capabilities: z.strictObject({drop: z.tuple([z.literal("ALL")])}),
});
const podSecurity = z.strictObject({
  runAsNonRoot: z.literal(true),
  runAsUser: z.int().min(1000),
  runAsGroup: z.int().min(1000),
  fsGroup: z.int().min(1000),
  fsGroupChangePolicy: z.literal("OnRootMismatch"),
  seccompProfile: z.strictObject({type: z.literal("RuntimeDefault")}),
});
const httpProbe = z.looseObject({httpGet: z.strictObject({path: z.string(), port: z.string()})});
const mounts = z.array(
  z.strictObject({name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional()}),
);
const container = z.looseObject({
  image: z.string().regex(/:\d+\.\d+\.\d+$/),
  args: z.array(z.string()),
  securityContext: containerSecurity,
  resources: z.strictObject({
    requests: z.strictObject({cpu: z.string(), memory: z.string()}),
    limits: z.strictObject({memory: z.string()}),
  }),
  volumeMounts: mounts,
});
const nodeContainer = container.extend({
  ports: z.array(z.strictObject({name: z.string(), containerPort: z.int(), protocol: z.literal("TCP")})),
  startupProbe: httpProbe,
  livenessProbe: httpProbe,
  readinessProbe: httpProbe,
});
const podOf = <Shape extends z.ZodType>(containers: Shape) =>
  z.looseObject({
    automountServiceAccountToken: z.literal(false),
    securityContext: podSecurity,
    containers: z.tuple([containers]),
    volumes: z.array(z.looseObject({name: z.string()})),
  });
const withTemplate = <Shape extends z.ZodType>(pod: Shape) =>
  z.looseObject({
    spec: z.looseObject({
      template: z.looseObject({
        metadata: z.looseObject({labels: z.record(z.string(), z.string())}),
        spec: pod,
      }),
    }),
  });
const statefulSet = withTemplate(podOf(nodeContainer));
const job = withTemplate(podOf(container));

type Pod = z.output<ReturnType<typeof podOf<typeof nodeContainer>>>;

const podIn = (text: string): Pod => statefulSet.parse(yamlOf(text)).spec.template.spec;

function nodeConfig(): z.output<typeof nodeConfigSchema> {
  const text = textOf(`${FOLDER}/node.yaml`).replace("SITE", "north").replace("PLAN_HASH", "0".repeat(64));
  return parseYaml(nodeConfigSchema, text, "node.yaml", "CONFIG_INVALID");
}

/** Fields that a typed reader dropped: those that Kubernetes does not know. */
function lost(given: unknown, kept: unknown, at = ""): string[] {
  if (typeof given !== "object" || given === null) return [];
  const there: Readonly<Record<string, unknown>> = typeof kept === "object" && kept !== null ? {...kept} : {};
  return Object.entries(given).flatMap(([key, value]) =>
    key in there ? lost(value, there[key], `${at}.${key}`) : [`${at}.${key}`],
  );
}

/** What Kubernetes' own types make of a file with one container; its words where they refuse it. */
function typedFaults(text: string, name: string): string[] {
  const folder = mkdtempSync(path.join(tmpdir(), "consilium-kubernetes-"));
  try {
    writeFileSync(path.join(folder, "file.yaml"), text);
    const words = [
      "set",
      "resources",
      "--local",
      "-f",
      "file.yaml",
      "-c",
      name,
      "--requests=cpu=1",
      "-o",
      "json",
    ];
    const {status, text: told} = runTool("kubectl", words, folder);
    return status === 0 ? lost(yamlOf(text), JSON.parse(told)) : [told];
  } finally {
    rmSync(folder, {recursive: true});
  }
}

describe("the Kubernetes manifests", () => {
  const pod = podIn(textOf(`${FOLDER}/statefulset.yaml`));
  const [node] = pod.containers;
  const config = nodeConfig();

  it("are well-formed, and all that kustomize gathers is there or the hospital's own", () => {
    for (const name of FILES) expect(manifest(name), name).toHaveProperty("kind");
    const gathered = z.looseObject({
      resources: z.array(z.string()),
      configMapGenerator: z.array(z.looseObject({name: z.string(), files: z.array(z.string())})),
    });
    const {
      resources,
      configMapGenerator: [configMap],
    } = gathered.parse(manifest("kustomization"));
    expect(resources.map((file) => file.replace(".yaml", "")).sort()).toEqual(
      FILES.filter((name) => name !== "init-job").sort(),
    );
    expect(configMap?.files).toEqual(["node.yaml", config.roster, config.plan, config.task]);
  });

  it("let the node be nobody's root, with a root that is read-only, in the pod and in the job that makes its key", () => {
    const making = job.parse(manifest("init-job")).spec.template.spec;
    expect(making.securityContext).toEqual(pod.securityContext);
    expect(making.containers[0].image).toBe(node.image);
    expect(making.containers[0].args).toEqual(["init", "--state", config.state, "--site", "SITE"]);
  });

  it.each([
    ["root", "runAsNonRoot: true", "runAsNonRoot: false", /runAsNonRoot/],
    [
      "a root that can be written",
      "readOnlyRootFilesystem: true",
      "readOnlyRootFilesystem: false",
      /readOnlyRoot/,
    ],
    ["capabilities", "drop: [ALL]", "drop: [NET_RAW]", /drop/],
    ["no bound of memory", "limits: {memory: 4Gi}", "limits: {}", /memory/],
    ["an image that may change", "consilium:0.1.0", "consilium:latest", /image/],
  ])("are refused with %s", (_, from, to, why) => {
    const planted = textOf(`${FOLDER}/statefulset.yaml`).replace(from, to);
    expect(planted).not.toBe(textOf(`${FOLDER}/statefulset.yaml`));
    expect(() => podIn(planted)).toThrow(why);
  });

  it("probe endpoints that there are, on their own port: /livez for life, /readyz for readiness", () => {
    expect(daemonPaths()).toEqual(expect.arrayContaining(["/livez", "/readyz"]));
    for (const {httpGet} of [node.startupProbe, node.livenessProbe])
      expect(httpGet).toEqual({path: "/livez", port: "probes"});
    expect(node.readinessProbe.httpGet).toEqual({path: "/readyz", port: "probes"});
  });

  it("agree with the configuration on ports, paths and names", () => {
    const ports = new Map(node.ports.map(({name, containerPort}) => [name, containerPort]));
    expect(ports.get("status")).toBe(config.status.port);
    expect(ports.get("probes")).toBe(config.status.probes.port);
    expect(config.listen).toEqual([`/ip4/0.0.0.0/tcp/${ports.get("peers")}`]);
    expect(node.args).toEqual(["start", "--config", "/etc/consilium/node.yaml"]);
    const at = new Map(node.volumeMounts.map(({name, mountPath}) => [name, mountPath]));
    expect(config.state.startsWith(`${at.get("state")}/`)).toBe(true);
    expect(at.get("config")).toBe("/etc/consilium");
    expect(config.status.tokenFile).toBe(`${at.get("status-token")}/status.token`);
    expect(node.volumeMounts.filter(({readOnly}) => readOnly !== true).map(({name}) => name)).toEqual([
      "state",
      "tmp",
    ]);
    expect([...at.keys()].sort()).toEqual(pod.volumes.map(({name}) => name).sort());
    const service = z.looseObject({
      metadata: z.looseObject({name: z.string()}),
      spec: z.looseObject({
        clusterIP: z.literal("None"),
        ports: z.array(z.looseObject({port: z.int(), targetPort: z.string()})),
      }),
    });
    const {metadata, spec} = service.parse(manifest("service"));
    ports.delete("probes"); // The kubelet asks the pod itself; no service leads there.
    expect(new Map(spec.ports.map(({targetPort, port}) => [targetPort, port]))).toEqual(ports);
    expect(config.status.allowedHosts).toEqual([metadata.name, `${metadata.name}.consilium.svc`]);
    const secret = z.looseObject({stringData: z.record(z.string(), z.string())}).parse(manifest("secret"));
    // Too short to be a token: nobody runs with the one that is published here.
    expect(secret.stringData["status.token"]?.length).toBeLessThan(32);
  });

  it("close the status port to all but monitoring", () => {
    const policy = z.looseObject({
      spec: z.looseObject({
        policyTypes: z.tuple([z.literal("Ingress"), z.literal("Egress")]),
        ingress: z.array(
          z.looseObject({
            from: z.array(z.unknown()).optional(),
            ports: z.array(z.looseObject({port: z.string()})),
          }),
        ),
      }),
    });
    const {ingress} = policy.parse(manifest("networkpolicy")).spec;
    const open = ingress.filter(({from}) => from === undefined);
    expect(open.flatMap(({ports}) => ports.map(({port}) => port))).toEqual(["peers"]);
    expect(ingress.flatMap(({ports}) => ports.map(({port}) => port)).sort()).toEqual(["peers", "status"]);
  });

  it.skipIf(!hasTool("kubectl", "whether Kubernetes' types take the manifests"))(
    "are taken by Kubernetes' own types, which lose a misspelt field, and by kustomize",
    () => {
      const text = textOf(`${FOLDER}/statefulset.yaml`);
      expect(typedFaults(text, "node")).toEqual([]);
      expect(typedFaults(textOf(`${FOLDER}/init-job.yaml`), "init")).toEqual([]);
      const misspelt = typedFaults(
        text.replace("terminationGracePeriodSeconds", "terminationGraceSeconds"),
        "node",
      );
      expect(misspelt).toEqual([".spec.template.spec.terminationGraceSeconds"]);
      expect(typedFaults(text.replace("replicas: 1", "replicas: one"), "node").join()).toContain("replicas");
      const folder = mkdtempSync(path.join(tmpdir(), "consilium-kustomize-"));
      try {
        cpSync(path.join(OPERATORS, FOLDER), folder, {recursive: true});
        for (const name of ["roster", "plan", "task"])
          writeFileSync(path.join(folder, `${name}.yaml`), "{}\n");
        const {status, text: rendered} = runTool("kubectl", ["kustomize", "."], folder);
        expect(status, rendered).toBe(0);
        expect(rendered.match(/^kind: /gm)).toHaveLength(8);
        expect(rendered).toMatch(/name: consilium-config-[a-z0-9]{10}$/m);
      } finally {
        rmSync(folder, {recursive: true});
      }
    },
  );
});
