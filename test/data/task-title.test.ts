import {expect, it} from "vitest";
import {errorLine} from "../../src/core/index.ts";
import {parseTask} from "../../src/data/index.ts";
import {taskText, thrownBy} from "./workspace.ts";

const parse = (changes: Readonly<Record<string, string>>) => parseTask(taskText(changes), "stroke.task.yaml");

it("a task has a title and a source of one line each, which move no cursor", async () => {
  for (const key of ["title", "source"]) {
    for (const text of ["a\\e[2JHEALTHY", "a\\nALERT", "a\\x9bJ", "a\\u2028b"]) {
      const error = await thrownBy(() => parse({[key]: `"${text}"`}));
      expect(errorLine(error), text).toMatch(
        new RegExp(`^DATA_TASK_INVALID: .*: ${key}: must be one line without control characters\\.$`),
      );
    }
    expect(parse({[key]: '"of \\u05d0\\u200f, folded\\n"'})).toMatchObject({
      [key]: "of \u05d0\u200f, folded\n",
    });
  }
});
