import {loadNodeConfig} from "../../config/index.ts";
import {createJsonLogger, silentLogger, systemClock} from "../../core/index.ts";
import {defineCommand} from "../command.ts";
import {createLogReporter, createTextReporter} from "../daemon/reporter.ts";
import {runDaemon} from "../daemon/run-daemon.ts";
import {createTextSink} from "../daemon/text-log.ts";
import {isJournal, withJournalLevel} from "../journal-level.ts";
import {ownVersion} from "../version.ts";

/** Writes to standard error; if that is systemd's journal, each line under its level. */
function createWriter(): (text: string) => void {
  const isFiled = isJournal(process.env["JOURNAL_STREAM"]);
  return (text) => void process.stderr.write(isFiled ? withJournalLevel(text) : text);
}

/** `consilium start`: the daemon. */
export const startCommand = defineCommand({
  command: "start",
  describe: "run this site's node until it is told to end (SIGTERM, Ctrl-C, or a terminal that closes)",
  options: {
    config: {type: "string", demandOption: true, describe: "the node's configuration, node.yaml"},
  },
  async handler({config: path}) {
    const config = await loadNodeConfig(path);
    const {level, format} = config.log;
    const writeError = createWriter();
    const isText = format === "text";
    const logger = createJsonLogger(level, isText ? createTextSink(writeError) : {write: writeError});
    const isTelling = level === "info" || level === "debug";
    const reporter =
      isText && isTelling
        ? createTextReporter(writeError)
        : createLogReporter(isTelling ? logger : silentLogger);
    const version = ownVersion();
    await runDaemon({config, variables: process.env, version, clock: systemClock, logger}, reporter);
    return 0;
  },
});
