import {fstatSync} from "node:fs";

/**
 * Levels of syslog by the words of this program's log and the numbers of its JSON lines; see sd-daemon(3).
 */
const LEVELS: Readonly<Record<string, number>> = {
  error: 3,
  "50": 3,
  warn: 4,
  "40": 4,
  info: 6,
  "30": 6,
  debug: 7,
  "20": 7,
};
const INFO = 6;
const STANDARD_ERROR = 2;
const LEVEL = /^(?:\{"level":(\d+)|\S+Z (error|warn|info|debug) )/;

/** Tells whether standard error goes to systemd's journal, whose device and inode `JOURNAL_STREAM` names. */
export function isJournal(stream: string | undefined): boolean {
  if (stream === undefined) return false;
  try {
    const {dev, ino} = fstatSync(STANDARD_ERROR);
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

/** Puts before each line its level in the journal; `level` if a line does not state its own. */
export function withJournalLevel(text: string, level: number = INFO): string {
  return text.replaceAll(/^.+$/gm, (line) => {
    const own = LEVEL.exec(line);
    const name = own?.[1] ?? own?.[2];
    return `<${name === undefined ? level : (LEVELS[name] ?? level)}>${line}`;
  });
}

/** The level of a line that states why the program ends. */
export const ERROR_LEVEL = 3;
