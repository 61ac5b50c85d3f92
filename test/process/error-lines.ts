const LOG_LINE = /^\d{4}-\d\d-\d\dT\S+ (info|warn) /;

/** The lines of standard error that are no log: a daemon that starts first tells in its log whom its data leave out. */
export function errorLines(stderr: string): string[] {
  return stderr
    .trimEnd()
    .split("\n")
    .filter((line) => !LOG_LINE.test(line));
}
