import type {Argv, InferredOptionTypes, Options} from "yargs";
import {at, CodedError, closestName} from "../core/index.ts";
import type {CliErrorCode} from "./errors.ts";

/** Flags by name, without dashes. */
type OptionTable = Readonly<Record<string, Options & {readonly describe: string}>>;

/** The names between brackets in a command's line, such as `plan` in `show <plan>`. */
type NamesIn<
  Line extends string,
  Open extends string,
  Close extends string,
> = Line extends `${string}${Open}${infer Name}${Close}${infer Rest}`
  ? Name | NamesIn<Rest, Open, Close>
  : never;

/** Positional arguments: those in angle brackets are required, those in square brackets are optional. */
type Positionals<Line extends string> = {readonly [Name in NamesIn<Line, "<", ">">]: string} & {
  readonly [Name in NamesIn<Line, "[", "]">]?: string;
};

/** The input of {@link defineCommand}. */
export interface CommandDefinition<Own extends OptionTable, Line extends string> {
  /** Its name and positional arguments, such as `show <plan>`. */
  readonly command: Line;
  /** One line for `--help`. */
  readonly describe: string;
  /** Positional arguments by name, as in `command`. */
  readonly positionals?: Readonly<Record<string, string>>;
  readonly options: Own;
  /** Runs the command; resolves with the exit status. */
  handler(flags: InferredOptionTypes<Own>, positionals: Positionals<Line>): Promise<number>;
}

/** A command, or a group of commands, that can be put on a program. */
export interface Command {
  /** Its first word. */
  readonly name: string;
  /** Adds the command; passes its exit status to `onEnd`. */
  attach(program: Argv, onEnd: (status: number) => void): Argv;
}

/** The different texts in the value of a flag that takes several with commas between them. */
export function commaList(flag: string | undefined): readonly string[] {
  const texts = flag === undefined ? [] : flag.split(",").map((text) => text.trim());
  return [...new Set(texts)].filter((text) => text !== "");
}

/** A fault of the command line. */
export function usageError(message: string, hint: string): CodedError<CliErrorCode> {
  return new CodedError("CLI_USAGE", message, {hint});
}

/** @param positionals names among the parsed flags that are no flags */
function checkFlags(
  given: Readonly<Record<string, unknown>>,
  known: readonly string[],
  positionals: readonly string[],
): void {
  for (const [name, value] of Object.entries(given)) {
    if (name === "_" || name === "$0") continue;
    if (Number.isNaN(value)) throw usageError(`--${name} takes a number`, "See `consilium --help`.");
    if (known.includes(name) || name === "help" || name === "version") continue;
    if (positionals.includes(name)) continue;
    const meant = closestName(name, known);
    const flags = known.map((flag) => `--${flag}`).join(", ");
    throw usageError(
      `unknown flag --${name}`,
      meant === undefined ? `Known: ${flags}, --help.` : `Did you mean --${meant}?`,
    );
  }
}

function textsOf(given: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = given[name];
      return typeof text === "string" ? [[name, text]] : [];
    }),
  );
}

/** Defines a command whose flags get their types from its table of options. */
export function defineCommand<const Own extends OptionTable, const Line extends string>(
  definition: CommandDefinition<Own, Line>,
): Command {
  const {command, describe, positionals = {}, options, handler} = definition;
  const names = Object.keys(positionals);
  const name = at(command.split(" "), 0);
  return {
    name,
    attach: (program, onEnd) =>
      program.command({
        command,
        describe,
        builder(own: Argv) {
          for (const [name, text] of Object.entries(positionals)) {
            // An argument in angle brackets is required, one in square brackets is optional.
            const demandOption = command.includes(`<${name}>`);
            own.positional(name, {type: "string", describe: text, demandOption});
          }
          for (const [name, option] of Object.entries(options)) {
            own.option(name, {...option, requiresArg: option.type !== "boolean"});
          }
          // Before yargs looks for missing flags: a misspelt one is the cause of a missing one.
          return own.middleware((given) => checkFlags(given, Object.keys(options), names), true);
        },
        async handler(given) {
          // yargs has parsed both by the same table and line from which their types are inferred.
          const texts = textsOf(given, names) as Positionals<Line>;
          onEnd(await handler(given as InferredOptionTypes<Own>, texts));
        },
      }),
  };
}

/** Commands under one word, such as `plan show` and `plan new`. */
export function defineGroup(name: string, describe: string, commands: readonly Command[]): Command {
  return {
    name,
    attach: (program, onEnd) =>
      program.command(name, describe, (own) => {
        for (const command of commands) command.attach(own, onEnd);
        return own.demandCommand(1, `\`${name}\` needs a command after it`);
      }),
  };
}
