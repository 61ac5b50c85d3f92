import {describe, expect, it} from "vitest";
import {type Closable, createCloseStack} from "../../src/core/index.ts";

describe("a close stack", () => {
  it("closes the last opened first, each once", async () => {
    const closed: string[] = [];
    const stack = createCloseStack();
    const part = (name: string): Closable => ({close: async () => void closed.push(name)});
    const first = part("storage");
    expect(stack.add(first)).toBe(first);
    stack.add(part("network"));
    stack.add(part("training"));
    await stack.close();
    await stack.close();
    expect(closed).toEqual(["training", "network", "storage"]);
  });

  it("waits for one part before it closes the next", async () => {
    const events: string[] = [];
    const stack = createCloseStack();
    stack.add({close: async () => void events.push("first")});
    stack.add({
      async close() {
        await Promise.resolve();
        events.push("second");
      },
    });
    await stack.close();
    expect(events).toEqual(["second", "first"]);
  });

  it.each([
    ["rejects", async () => Promise.reject(new RangeError("network"))],
    [
      "throws at once",
      () => {
        throw new RangeError("network");
      },
    ],
  ])("closes the others when one %s, and then tells", async (_, close) => {
    const closed: string[] = [];
    const stack = createCloseStack();
    stack.add({close: async () => void closed.push("storage")});
    stack.add({close});
    stack.add({close: async () => void closed.push("training")});
    await expect(stack.close()).rejects.toThrow("network");
    expect(closed).toEqual(["training", "storage"]);
  });
});
