import {dirname, resolve} from "node:path";
import {z} from "zod";
import {CodedError, decodeText, formatBytes, MAX_YAML_CHARACTERS, parseYaml} from "../../core/index.ts";
import type {DataErrorCode} from "../errors.ts";
import {readBounded, readingFault} from "../readers/bounded-file.ts";
import {taskFaults} from "./task-consistency.ts";
import {type Task, taskShape} from "./task-schema.ts";

/** The one variable with which `root` may begin. */
const ROOT_VARIABLE = "CONSILIUM_SHARED_DATA";

const taskSchema = taskShape.check((context) => {
  for (const {path, message} of taskFaults(context.value)) {
    context.issues.push({code: "custom", message, path: [...path], input: context.value});
  }
});

/** A task and the folder from which its relative paths start. */
export interface LocatedTask {
  readonly task: Task;
  /** Absolute path of the task file's folder. */
  readonly folder: string;
}

/**
 * Parses the task that the YAML `text` describes, all of it composed (NFC); `fileName` names it in messages.
 * @throws {CodedError} DATA_TASK_INVALID, one line `file:line:column: key: what` with a suggestion
 */
export function parseTask(text: string, fileName: string): Task {
  const code: DataErrorCode = "DATA_TASK_INVALID";
  return parseYaml(taskSchema, text.normalize("NFC"), fileName, code);
}

/**
 * Reads the task file at `path`; opens none of the files that it lists.
 * @throws {CodedError} DATA_TASK_UNREADABLE, DATA_TASK_INVALID
 */
export async function readTask(path: string): Promise<LocatedTask> {
  const bytes = await readBounded(path, MAX_YAML_CHARACTERS).catch((cause: unknown) => {
    const {reason, hint} = readingFault(cause);
    throw new CodedError<DataErrorCode>(
      "DATA_TASK_UNREADABLE",
      `${path}: cannot read the task file (${reason})`,
      {
        hint,
        cause,
      },
    );
  });
  if (bytes === null) {
    const what = `${path}: is larger than ${formatBytes(MAX_YAML_CHARACTERS)}`;
    throw new CodedError<DataErrorCode>("DATA_TASK_INVALID", what, {hint: "Check that it is the task file."});
  }
  const text = decodeText<DataErrorCode>(bytes, path, "DATA_TASK_INVALID");
  return {task: parseTask(text, path), folder: dirname(resolve(path))};
}

/** The JSON Schema (2020-12) of a task file, for editors; checks that compare two keys are not in it. */
export function taskJsonSchema(): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(taskSchema, {io: "input"});
}

/**
 * Absolute path of the folder that holds a task's files.
 * @param variables values for `${NAME}` at the beginning of `root`; only CONSILIUM_SHARED_DATA is read
 * @throws {CodedError} DATA_VARIABLE_UNSET
 */
export function taskRoot(
  located: LocatedTask,
  variables: Readonly<Record<string, string | undefined>>,
): string {
  const root = located.task.root;
  const name = /\$\{([^}]*)\}/.exec(root)?.[1];
  if (name === undefined) return resolve(located.folder, root);
  const marker = `\${${ROOT_VARIABLE}}`;
  const rest = root.slice(marker.length);
  if (!root.startsWith(marker) || rest.includes("${") || !/^($|[/\\])/.test(rest)) {
    throw new CodedError<DataErrorCode>(
      "DATA_VARIABLE_UNSET",
      `root: cannot use the variable ${name} there`,
      {
        hint: `Only ${marker} is known, at the beginning of the path.`,
      },
    );
  }
  const value = variables[ROOT_VARIABLE];
  if (value === undefined || value === "") {
    throw new CodedError<DataErrorCode>("DATA_VARIABLE_UNSET", `root: ${ROOT_VARIABLE} has no value`, {
      hint: `Set ${ROOT_VARIABLE} to the folder of the shared data, or name another task.`,
    });
  }
  return resolve(value + rest);
}
