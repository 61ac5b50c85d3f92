/** Something that runs and can be ended. `close` may be called more than once. */
export interface Closable {
  close(): Promise<void>;
}

/** Closes what was opened, in reverse order, even if a part fails to close. */
export interface CloseStack extends Closable {
  /** Puts `part` on the stack and returns it. */
  add<Part extends Closable>(part: Part): Part;
}

/** Creates an empty {@link CloseStack}. Its `close` throws the first failure after all parts were closed. */
export function createCloseStack(): CloseStack {
  const parts: Closable[] = [];
  return {
    add(part) {
      parts.push(part);
      return part;
    },
    async close() {
      const failures: unknown[] = [];
      for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
        try {
          await part.close();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}
