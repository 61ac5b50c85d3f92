import {defineGroup} from "../command.ts";
import {changeCommands} from "../consortium/change-commands.ts";
import {createCommand, inviteCommand} from "../consortium/founding.ts";
import {importCommand, showMembershipCommand} from "../consortium/record-commands.ts";

export {joinCommand} from "../consortium/founding.ts";

/** `consilium consortium`. */
export const consortiumCommand = defineGroup("consortium", "found a consortium, and change who is in it", [
  createCommand,
  inviteCommand,
  showMembershipCommand,
  importCommand,
  ...changeCommands,
]);
