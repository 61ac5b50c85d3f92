import type {Argv, InferredOptionTypes, Options} from "yargs";
import {CodedError, closestName} from "../core/index.ts";
import type {CliErrorCode} from "./errors.ts";

/** Flags by name, without dashes. */
type OptionTable = Readonly<Record<string, Options & {readonly describe: string}>>;

/** The input of {@link defineCommand}. */
export interface CommandDefinition<Own extends OptionTable> {
  /** Its name and positional arguments, such as `show <plan>`. */
  readonly command: string;
  /** One line for `--help`. */
  readonly describe: string;
  /** Positional arguments by name, as in `command`. */
  readonly positionals?: Readonly<Record<string, string>>;
  readonly options: Own;
  /** Runs the command; resolves with the exit status. */
  handler(flags: InferredOptionTypes<Own>, positionals: Readonly<Record<string, string>>): Promise<number>;
}

/** A command, or a group of commands, that can be put on a program. */
export interface Command {
  /** Its first word. */
  readonly name: string;
  /** Adds the command; passes its exit status to `onEnd`. */
  attach(program: Argv, onEnd: (status: number) => void): Argv;
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
export function defineCommand<const Own extends OptionTable>(definition: CommandDefinition<Own>): Command {
  const {command, describe, positionals = {}, options, handler} = definition;
  const names = Object.keys(positionals);
  const [name = ""] = command.split(" ");
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
          // yargs has parsed the flags by the same table from which their types are inferred.
          onEnd(await handler(given as InferredOptionTypes<Own>, textsOf(given, names)));
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
