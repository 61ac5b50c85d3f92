import {resolve} from "node:path";
import {loadNodeConfig, readPassphrase} from "../../config/index.ts";
import {formatBytes} from "../../core/index.ts";
import {type BackupSummary, backupState, restoreState} from "../../storage/index.ts";
import {defineCommand} from "../command.ts";
import {printNote} from "../printable.ts";

const PASSPHRASE_VARIABLE = "CONSILIUM_BACKUP_PASSPHRASE";

const options = {
  config: {type: "string", demandOption: true, describe: "the node's configuration, node.yaml"},
  "passphrase-file": {
    type: "string",
    describe: `a file (mode 0600) with the passphrase; without it ${PASSPHRASE_VARIABLE} is taken`,
  },
} as const;

function summaryText({runs, models, bytes}: BackupSummary): string {
  const runText = runs === 1 ? "1 run" : `${runs} runs`;
  return `keys, addresses, ${runText}, ${models === 1 ? "1 model" : `${models} models`} (${formatBytes(bytes)})`;
}

function passphraseFrom(file: string | undefined): Promise<string> {
  return readPassphrase({
    file,
    variable: PASSPHRASE_VARIABLE,
    text: process.env[PASSPHRASE_VARIABLE],
    opens: "a backup",
  });
}

/** `consilium backup`. */
export const backupCommand = defineCommand({
  command: "backup <file>",
  describe: "write what this node must not forget to a new, encrypted file, also while its daemon is running",
  positionals: {file: "the new file"},
  options,
  async handler({config: path, "passphrase-file": passphraseFile}, {file}) {
    const {state} = await loadNodeConfig(path);
    const passphrase = await passphraseFrom(passphraseFile);
    const summary = await backupState(state, resolve(file), passphrase);
    printNote(
      `${file} holds ${summaryText(summary)}; no patient's data. Without its passphrase nobody can read it.`,
    );
    return 0;
  },
});

/** `consilium restore`. */
export const restoreCommand = defineCommand({
  command: "restore <file>",
  describe:
    "put the newest backup back where no state directory is; the next start asks the other members first",
  positionals: {file: "the backup"},
  options,
  async handler({config: path, "passphrase-file": passphraseFile}, {file}) {
    const {state} = await loadNodeConfig(path);
    const passphrase = await passphraseFrom(passphraseFile);
    const summary = await restoreState(resolve(file), state, passphrase);
    printNote(`${state} is restored: ${summaryText(summary)}.`);
    printNote(
      "`consilium start` asks the other members first whether this node did more than the backup knows.",
    );
    return 0;
  },
});
