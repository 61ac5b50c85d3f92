/*
 * The house rules between rooms (docs/adr/0001). test/house/layers.test.ts plants a fault against every rule.
 */
/** The rooms by level, the lowest first. */
export const LEVELS = [
  ["core", "drawing"],
  [
    "parameters",
    "schedules",
    "robust",
    "rounds",
    "segments",
    "gossip",
    "membership",
    "privacy",
    "ledger",
    "model",
    "evaluation",
  ],
  ["training", "network", "storage", "consortium", "data", "participant"],
  ["node"],
  ["status", "simulation", "study", "report", "config", "lineage"],
  ["cli"],
];
const ALSO = {
  robust: ["parameters"],
  rounds: ["parameters", "schedules", "robust"],
  segments: ["parameters", "schedules", "robust", "rounds"],
  gossip: ["parameters", "schedules", "robust", "rounds", "segments"],
  privacy: ["parameters"],
  model: ["parameters"],
  training: ["data", "model"],
  consortium: ["storage"],
  participant: ["consortium", "data", "training"],
  simulation: ["config"],
  study: ["config", "simulation"],
  report: ["config", "simulation", "study"],
};
const NEVER = {network: ["model"], data: ["model"]};

const PURE =
  "^src/(drawing|parameters|schedules|robust|rounds|segments|gossip|membership|privacy|ledger|evaluation|participant)/";
const PURE_PACKAGES = "node_modules/(zod|uint8arrays|multiformats|cborg)/";
const FILE_ROOMS = "^src/(storage|data|config|cli)/|^src/status/dashboard/dashboard-files";
const CLIENT = "^src/status/dashboard/client/";

// The top level may import every room, so it needs no rule.
const downwards = LEVELS.slice(0, -1).flatMap((rooms, level) =>
  rooms.map((room) => {
    const below = LEVELS.slice(0, level).flat();
    const allowed = [...below, ...(ALSO[room] ?? [])].filter((other) => !(NEVER[room] ?? []).includes(other));
    return {
      name: `${room}-imports-downwards`,
      severity: "error",
      from: {path: `^src/${room}/`},
      to: {path: "^src/", pathNot: `^src/(${[room, ...allowed].join("|")})/`},
    };
  }),
);

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...downwards,
    {
      name: "no-cycle",
      comment: "no import cycle, type imports included",
      severity: "error",
      from: {},
      to: {circular: true},
    },
    {
      name: "doors-only",
      comment: "a room is met at its index.ts; the polyfill alone is imported for its effect",
      severity: "error",
      from: {path: "^src/([^/]+)/"},
      to: {path: "^src/", pathNot: ["^src/$1/", "^src/[^/]+/index\\.ts$", "^src/core/polyfill\\.ts$"]},
    },
    {
      name: "pure-without-builtins",
      severity: "error",
      from: {path: PURE},
      to: {dependencyTypes: ["core"]},
    },
    {
      name: "pure-with-few-packages",
      severity: "error",
      from: {path: PURE},
      to: {path: "node_modules/", pathNot: PURE_PACKAGES},
    },
    {
      name: "tensorflow-behind-backend",
      severity: "error",
      from: {path: "^src/", pathNot: ["^src/model/backend/", PURE]},
      to: {path: "node_modules/@tensorflow/"},
    },
    {
      name: "libp2p-behind-network",
      severity: "error",
      from: {path: "^src/", pathNot: ["^src/network/libp2p/", PURE]},
      to: {path: "node_modules/(libp2p|@libp2p|@chainsafe|@multiformats)/"},
    },
    {
      name: "client-in-browser",
      comment:
        "what runs in a browser imports itself and drawing alone, and types of the answers that it shows",
      severity: "error",
      from: {path: CLIENT},
      to: {pathNot: [CLIENT, "^src/drawing/", "^src/status/answers/"]},
    },
    {
      name: "drawing-in-browser",
      comment: "browsers load drawing with the client, so it holds no package",
      severity: "error",
      from: {path: "^src/drawing/"},
      to: {path: "node_modules/"},
    },
    {
      name: "client-knows-answers-by-type",
      severity: "error",
      from: {path: CLIENT},
      to: {path: "^src/status/answers/", dependencyTypesNot: ["type-only"]},
    },
    {
      name: "client-stays-in-browser",
      severity: "error",
      from: {path: "^src/", pathNot: CLIENT},
      to: {path: CLIENT},
    },
    {
      name: "files-behind-storage",
      severity: "error",
      from: {path: "^src/", pathNot: [FILE_ROOMS, PURE]},
      to: {path: "^(node:)?fs(/|$)", dependencyTypes: ["core"]},
    },
    {
      name: "machine-behind-core",
      comment: "time and the process are injected; only core and cli touch them",
      severity: "error",
      from: {path: "^src/", pathNot: ["^src/(core|cli)/", PURE]},
      to: {path: "^(node:)?(timers|process|console)(/|$)", dependencyTypes: ["core"]},
    },
    {
      name: "src-stands-alone",
      severity: "error",
      from: {path: "^src/"},
      to: {path: "^(test|scripts|dist|config|docs)/"},
    },
    {
      name: "no-dev-dependency",
      severity: "error",
      from: {path: "^src/", pathNot: PURE},
      to: {dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"]},
    },
    {
      name: "resolvable",
      severity: "error",
      from: {},
      to: {couldNotResolve: true},
    },
    {
      name: "no-orphan",
      severity: "error",
      from: {orphan: true, pathNot: "^src/core/polyfill\\.ts$"},
      to: {},
    },
  ],
  options: {
    doNotFollow: {path: "node_modules"},
    tsPreCompilationDeps: true,
    tsConfig: {fileName: "tsconfig.json"},
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      mainFields: ["main", "types"],
    },
  },
};
