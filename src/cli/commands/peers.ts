import {peersAnswerSchema} from "../../status/index.ts";
import {defineCommand} from "../command.ts";
import {askDaemon} from "../daemon/ask-daemon.ts";
import {targetFlags, targetOf} from "../daemon/status-flags.ts";
import {peerLines} from "../daemon/status-text.ts";
import {print} from "../printable.ts";

/** `consilium peers`: the other members, as a running daemon sees them. */
export const peersCommand = defineCommand({
  command: "peers",
  describe: "ask a running daemon for the other members on the roster: linked or not, since when, why not",
  options: {
    ...targetFlags,
    json: {type: "boolean", default: false, describe: "print the answer as it is, for machines"},
  },
  async handler({json, ...flags}) {
    const answer = await askDaemon(await targetOf(flags), "/v1/peers", peersAnswerSchema);
    const up = answer.data.filter(({link}) => link.status === "up").length;
    const lines = [`${up} of ${answer.meta.count} linked`, ...answer.data.flatMap(peerLines)];
    print(json ? JSON.stringify(answer, null, 2) : lines.join("\n"));
    return 0;
  },
});
