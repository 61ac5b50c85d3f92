import type {RunStorage} from "../../src/storage/index.ts";

/** A run's storage in memory: what is put, and every line of the journal. */
export function memoryRun() {
  const blobs = new Map<string, Uint8Array>();
  const lines: Uint8Array[] = [];
  const storage: Pick<RunStorage, "models" | "journal"> = {
    models: {
      put: async (hash, bytes) => void blobs.set(hash, bytes),
      get: async (hash) => blobs.get(hash),
      list: async () => [...blobs.keys()],
      remove: async (hash) => void blobs.delete(hash),
    },
    journal: {
      append: async (bytes) => void lines.push(bytes),
      entries: () => lines,
      compact: async (keep) => void lines.splice(0, lines.length, ...keep),
      close: async () => {},
    },
  };
  return {storage, blobs, lines};
}
