import yargs from "yargs";
import {closestName, isCoded} from "../core/index.ts";
import {type Command, usageError} from "./command.ts";
import {exitStatusHelp} from "./exit-status.ts";

const HELP_WIDTH = 100;

/** The command that a person meant by `word`: one that begins with it, before one with a similar spelling. */
function meantBy(word: string, names: readonly string[]): string | undefined {
  return names.find((name) => word.length > 1 && name.startsWith(word)) ?? closestName(word, names);
}

/** Puts a fault that yargs found into this program's words; errors of commands stay unchanged. */
function faultOf(message: string | null, error: unknown, meant: string | undefined): unknown {
  const isOfYargs = error === undefined || (error instanceof Error && error.name === "YError");
  if (!isOfYargs || isCoded(error)) return error;
  const text = message ?? (error instanceof Error ? error.message : "the command line is not understood");
  const isSuggestion = text.startsWith("Did you mean");
  if (isSuggestion)
    return usageError("unknown command", meant === undefined ? text : `Did you mean ${meant}?`);
  return usageError(text, "See `consilium --help`.");
}

/**
 * Runs the command that `words` name.
 * @returns its exit status
 * @throws CLI_USAGE, and any error of the command
 */
export async function runProgram(
  words: readonly string[],
  commands: readonly Command[],
  version: string,
): Promise<number> {
  let status = 0;
  const [first] = words;
  const names = commands.map(({name}) => name);
  const meant = first === undefined || names.includes(first) ? undefined : meantBy(first, names);
  const program = yargs([...words])
    .scriptName("consilium")
    .usage(
      "$0: hospitals that learn together, with no central server and no patient record leaving its hospital",
    )
    .locale("en")
    .version(version)
    .help()
    .strict()
    .recommendCommands()
    .demandCommand(1, "a command is needed")
    .exitProcess(false)
    .showHelpOnFail(false)
    .wrap(HELP_WIDTH)
    .parserConfiguration({
      "camel-case-expansion": false,
      "duplicate-arguments-array": false,
      "boolean-negation": false,
    })
    .epilogue(exitStatusHelp())
    .fail((message, error) => {
      throw faultOf(message, error, meant);
    });
  for (const command of commands) {
    command.attach(program, (ended) => {
      status = ended;
    });
  }
  await program.parseAsync();
  return status;
}
