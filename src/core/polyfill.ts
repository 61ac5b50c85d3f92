/*
 * Node 20 lacks Promise.withResolvers and the Set methods of ES2025, which js-libp2p 3 uses (docs/adr/0002).
 * Imported for its effect, before anything of libp2p. Can be removed with Node 20.
 */
if (typeof Reflect.get(Promise, "withResolvers") !== "function") {
  Object.defineProperty(Promise, "withResolvers", {
    configurable: true,
    writable: true,
    value: function withResolvers<T>(this: PromiseConstructor) {
      let resolve: (value: T) => void = () => {};
      let reject: (reason: unknown) => void = () => {};
      const promise = new this<T>((onValue, onReason) => {
        resolve = onValue;
        reject = onReason;
      });
      return {promise, resolve, reject};
    },
  });
}

interface SetLike {
  has(value: unknown): boolean;
  keys(): Iterable<unknown>;
}

const setMethods: Record<string, (this: Set<unknown>, other: SetLike) => Set<unknown>> = {
  difference(other) {
    return new Set([...this].filter((value) => !other.has(value)));
  },
  union(other) {
    return new Set([...this, ...other.keys()]);
  },
  intersection(other) {
    return new Set([...this].filter((value) => other.has(value)));
  },
};

for (const [name, value] of Object.entries(setMethods)) {
  if (typeof Reflect.get(Set.prototype, name) !== "function") {
    Object.defineProperty(Set.prototype, name, {configurable: true, writable: true, value});
  }
}

export {};
