import {z} from "zod";
import {type LogSink, lineText} from "../../core/index.ts";

const LEVEL_NAMES: Readonly<Record<number, string>> = {20: "debug", 30: "info", 40: "warn", 50: "error"};
/** Fields that are the same in every line of a daemon's log. */
const CONSTANT_FIELDS = ["run"];

const lineSchema = z.looseObject({
  level: z.number(),
  time: z.string(),
  msg: z.string(),
  room: z.string().optional(),
});

/** A field of a line for people: `name=value`, in quotes if it needs them. */
export function fieldText([name, value]: [string, unknown]): string {
  const text = Array.isArray(value) ? value.join(",") : String(value);
  return `${name}=${/^[^\s"=]+$/.test(text) ? text : JSON.stringify(text)}`;
}

/** A line of the log for people: time, level, text; always one line, whatever the text contains. */
export function textLine(time: string, level: string, text: string): string {
  return `${time.replace(/\.\d+Z$/, "Z")} ${level.padEnd(5)} ${lineText(text)}\n`;
}

/** Turns the JSON lines of a logger into lines for people: `time level room: message key=value ...`. */
export function createTextSink(write: (text: string) => void): LogSink {
  return {
    write(line) {
      const {level, time, msg, room, ...fields} = lineSchema.parse(JSON.parse(line));
      const shown = Object.entries(fields).filter(([name]) => !CONSTANT_FIELDS.includes(name));
      const text = [room === undefined ? msg : `${room}: ${msg}`, ...shown.map(fieldText)].join(" ");
      write(textLine(time, LEVEL_NAMES[level] ?? String(level), text));
    },
  };
}
