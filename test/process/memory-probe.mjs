/*
 * Loaded into a daemon before its own code: on SIGUSR2 it collects all garbage and tells what is left.
 */
process.on("SIGUSR2", () => {
  globalThis.gc();
  globalThis.gc();
  const {rss, heapUsed, arrayBuffers} = process.memoryUsage();
  process.stderr.write(`memory ${JSON.stringify({rss, heapUsed, arrayBuffers})}\n`);
});
