/*
 * Asks health answers of URL with a token, every PAUSE ms, from a process of its own: what the tests' process does must not
 * count as the daemon's delay. On SIGTERM it writes how long each took, in milliseconds, as JSON; an answer that
 * fails counts as the limit.
 */
const [, , url, token] = process.argv;
const PAUSE_MS = 100;
const LIMIT_MS = 4000;
const times = [];
process.on("SIGTERM", () => {
  process.stdout.write(`${JSON.stringify(times)}\n`, () => process.exit(0));
});
for (;;) {
  const startMs = performance.now();
  try {
    const headers = token === undefined ? {} : {authorization: `Bearer ${token}`};
    const response = await fetch(url, {headers, signal: AbortSignal.timeout(LIMIT_MS)});
    await response.text();
    times.push(performance.now() - startMs);
  } catch {
    times.push(LIMIT_MS);
  }
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}
