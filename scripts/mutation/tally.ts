import {z} from "zod";

const POSITION = z.object({line: z.int(), column: z.int()});
const MUTANT = z.object({
  mutatorName: z.string(),
  replacement: z.string(),
  status: z.enum(["Killed", "Timeout", "Survived", "NoCoverage", "RuntimeError", "CompileError", "Ignored"]),
  location: z.object({start: POSITION, end: POSITION}),
});

/** What is read of the report of a run: <https://github.com/stryker-mutator/mutation-testing-elements>. */
export const reportSchema = z.object({
  framework: z.object({version: z.string()}),
  files: z.record(z.string(), z.object({source: z.string(), mutants: z.array(MUTANT)})),
});

const SURVIVOR = z.strictObject({
  /** `file:line:column`, from the project's root. */
  at: z.string(),
  is: z.string(),
  becomes: z.string(),
  /** True if no test even runs the code. */
  isUntested: z.boolean(),
  /** Why no test can tell the two apart; null: a test is missing. */
  why: z.string().nullable(),
});

const TALLY = z.strictObject({
  files: z.array(z.string()),
  mutants: z.int(),
  killed: z.int(),
  /** Mutants that never ended, which counts as found. */
  timeouts: z.int(),
  survived: z.int(),
  untested: z.int(),
  /** Mutants with which a test file could not even be loaded: not counted. */
  errors: z.int(),
  /** Share of the counted ones that were found, in percent. */
  score: z.number(),
  survivors: z.array(SURVIVOR),
});

/** What became of a room's mutants. */
export type Tally = z.output<typeof TALLY>;

type Report = Pick<z.output<typeof reportSchema>, "files">;
type Mutant = z.output<typeof MUTANT>;

const LONGEST = 120;

function inOneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}...` : line;
}

/** The text that a mutant takes the place of. */
function originalOf(source: string, {location: {start, end}}: Mutant): string {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  const last = lines.length - 1;
  return lines
    .map((line, index) => (index === last ? line.slice(0, end.column - 1) : line))
    .map((line, index) => (index === 0 ? line.slice(start.column - 1) : line))
    .join("\n");
}

/** The tally of a report. A survivor that `before` has at the same text of the same file keeps its explanation. */
export function tallyOf({files}: Report, before: Pick<Tally, "survivors"> | undefined): Tally {
  const keyOf = ({at, is, becomes}: Pick<Tally["survivors"][number], "at" | "is" | "becomes">): string =>
    JSON.stringify([at.split(":")[0], is, becomes]);
  const known = new Map(before?.survivors.map((survivor) => [keyOf(survivor), survivor.why]));
  const all = Object.values(files).flatMap(({mutants}) => mutants);
  const count = (...statuses: readonly Mutant["status"][]): number =>
    all.filter(({status}) => statuses.includes(status)).length;
  const survivors = Object.entries(files).flatMap(([file, {source, mutants}]) =>
    mutants
      .filter(({status}) => status === "Survived" || status === "NoCoverage")
      .sort(
        ({location: {start: one}}, {location: {start: other}}) =>
          one.line - other.line || one.column - other.column,
      )
      .map((mutant) => {
        const {start} = mutant.location;
        const found = {
          at: `${file}:${start.line}:${start.column}`,
          is: inOneLine(originalOf(source, mutant)),
          becomes: inOneLine(mutant.replacement),
        };
        return {...found, isUntested: mutant.status === "NoCoverage", why: known.get(keyOf(found)) ?? null};
      }),
  );
  const found = count("Killed", "Timeout");
  return {
    files: Object.keys(files).sort(),
    mutants: all.length,
    killed: count("Killed"),
    timeouts: count("Timeout"),
    survived: count("Survived"),
    untested: count("NoCoverage"),
    errors: count("RuntimeError", "CompileError"),
    score: Math.round((1000 * found) / (found + survivors.length)) / 10,
    survivors,
  };
}

/** A room's entry in the evidence. */
export const entrySchema = TALLY.extend({
  made: z.unknown(),
  versions: z.record(z.string(), z.string()),
  /** Number of source files of the room; fewer were changed in a sample. */
  filesInAll: z.int(),
});

/** docs/evidence/mutation.json. */
export const evidenceSchema = z.strictObject({
  schema: z.literal(1),
  rooms: z.record(z.string(), entrySchema),
});

/** A tally in one line. */
export function tallyLine(room: string, tally: Tally): string {
  const {mutants, killed, timeouts, survived, untested, errors, score} = tally;
  const explained = tally.survivors.filter(({why}) => why !== null).length;
  return `${room}: ${score} % of ${mutants} mutants found: ${killed} killed, ${timeouts} never ended, ${survived} survived, ${untested} in untested code, ${errors} not loadable; ${explained} survivors explained`;
}
