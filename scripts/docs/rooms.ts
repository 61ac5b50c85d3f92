import {spawnSync} from "node:child_process";
import path from "node:path";
import {z} from "zod";

const ROOT = path.resolve(import.meta.dirname, "../..");
const CRUISER = path.join(ROOT, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
const cruiseSchema = z.object({
  modules: z.array(z.object({source: z.string(), dependencies: z.array(z.object({resolved: z.string()}))})),
});

const rulesSchema = z.object({LEVELS: z.array(z.array(z.string()))});

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

const roomOf = (file: string): string | undefined => /^src\/([^/]+)\//.exec(file)?.[1];

/** The rooms that each room imports, as the architecture tool finds them. */
function importedRooms(): Graph {
  const words = ["--config", ".dependency-cruiser.mjs", "src", "--output-type", "json"];
  const {stdout} = spawnSync(process.execPath, [CRUISER, ...words], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 256 * 1024 ** 2,
  });
  const graph = new Map<string, Set<string>>();
  for (const {source, dependencies} of cruiseSchema.parse(JSON.parse(stdout)).modules) {
    const room = roomOf(source);
    if (room === undefined) continue;
    const imported = graph.get(room) ?? new Set();
    for (const {resolved} of dependencies) {
      const other = roomOf(resolved);
      if (other !== undefined && other !== room) imported.add(other);
    }
    graph.set(room, imported);
  }
  return graph;
}

/** Whether `from` reaches `to` over at least one room in between. */
function isReachedOver(graph: Graph, from: string, to: string): boolean {
  const seen = new Set<string>();
  const waiting = [...(graph.get(from) ?? [])].filter((room) => room !== to);
  for (let room = waiting.pop(); room !== undefined; room = waiting.pop()) {
    if (seen.has(room)) continue;
    seen.add(room);
    for (const next of graph.get(room) ?? []) {
      if (next === to) return true;
      waiting.push(next);
    }
  }
  return false;
}

/**
 * The rooms by level and what they import, as a Mermaid diagram. An arrow that follows from others is left out: a room
 * may import whatever it reaches downwards.
 */
export async function roomDiagram(): Promise<string> {
  const graph = importedRooms();
  const {LEVELS} = rulesSchema.parse(await import(path.join(ROOT, ".dependency-cruiser.mjs")));
  const levels = LEVELS.map((rooms, level) =>
    [`  subgraph level${level}["level ${level}"]`, ...rooms.map((room) => `    ${room}`), "  end"].join("\n"),
  ).reverse();
  const arrows = [...graph].flatMap(([room, others]) =>
    [...others]
      .filter((other) => !isReachedOver(graph, room, other))
      .map((other) => `  ${room} --> ${other}`),
  );
  return ["```mermaid", "flowchart TB", ...levels, ...arrows.sort(), "```"].join("\n");
}
