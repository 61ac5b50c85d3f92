/**
 * Loads the door of room `name` as it was built, so that the code which runs in a daemon is what is measured.
 * `Room` is its type: `typeof import("../../src/NAME/index.ts")`.
 */
export async function builtRoom<Room>(name: string): Promise<Room> {
  return await builtModule<Room>(`${name}/index`);
}

/** Loads a built module inside a room, where no door leads to it; `path` is below dist, without its ending. */
export async function builtModule<Module>(path: string): Promise<Module> {
  await import(new URL("../../dist/core/polyfill.js", import.meta.url).href);
  return await import(new URL(`../../dist/${path}.js`, import.meta.url).href);
}

/** Types of the built rooms that several figures use. */
export type Core = typeof import("../../src/core/index.ts");
export type Gossip = typeof import("../../src/gossip/index.ts");
export type NetworkRoom = typeof import("../../src/network/index.ts");
export type Parameters = typeof import("../../src/parameters/index.ts");
export type Privacy = typeof import("../../src/privacy/index.ts");
export type Rounds = typeof import("../../src/rounds/index.ts");
