import {expect, it, onTestFinished} from "vitest";
import {CodedError, silentLogger} from "../../src/core/index.ts";
import type {StatusTls} from "../../src/status/server/access.ts";
import {watchCertificate} from "../../src/status/server/renewal.ts";
import {HandClock} from "./sample-node.ts";

function tlsOf(text: string): StatusTls {
  const bytes = new TextEncoder().encode(text);
  return {cert: bytes, key: bytes, clientCa: null};
}

it("a certificate that cannot be used is told once, and again when it comes back after one that could", async () => {
  const clock = new HandClock();
  const told: string[] = [];
  let onDisk = tlsOf("good");
  let looks = 0;
  const watch = watchCertificate({
    clock,
    logger: {...silentLogger, warn: (message) => void told.push(message)},
    tls: onDisk,
    async read() {
      looks += 1;
      return onDisk;
    },
    apply() {
      throw new CodedError("STATUS_TLS_INVALID", "the certificate or key cannot be used");
    },
  });
  onTestFinished(() => watch.close());
  for (const [text, times] of [
    ["bad", 1],
    ["bad", 1],
    ["good", 1],
    ["bad", 2],
  ] as const) {
    onDisk = tlsOf(text);
    const before = looks;
    await expect.poll(() => clock.timers.size).toBe(1);
    clock.fire();
    await expect.poll(() => [looks, clock.timers.size]).toEqual([before + 1, 1]);
    expect(told.length, text).toBe(times);
  }
});
