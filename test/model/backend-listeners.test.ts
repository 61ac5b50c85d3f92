import {describe, expect, it} from "vitest";
import {openBackend} from "../../src/model/index.ts";

describe("closing the last WebAssembly backend", () => {
  it("leaves the listeners for what nobody caught where they were", async () => {
    const listener = (): void => {};
    process.on("uncaughtException", listener);
    process.on("unhandledRejection", listener);
    try {
      const counts: number[] = [];
      for (let count = 0; count < 3; count++) {
        const {backend} = await openBackend("wasm");
        backend.close();
        counts.push(process.listenerCount("uncaughtException"));
      }
      expect(new Set(counts).size).toBe(1);
      for (const event of ["uncaughtException", "unhandledRejection"])
        expect(process.listeners(event as "uncaughtException")).toContain(listener);
    } finally {
      process.off("uncaughtException", listener);
      process.off("unhandledRejection", listener);
    }
  });
});
