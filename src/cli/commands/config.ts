import {type ExplainedValue, explainConfig} from "../../config/index.ts";
import {defineCommand, defineGroup} from "../command.ts";
import {print} from "../printable.ts";

const KEY_WIDTH = 20;
const VALUE_WIDTH = 44;

function lineOf({key, value, origin, means}: ExplainedValue): string {
  const shown = typeof value === "string" ? value : JSON.stringify(value);
  return `${key.padEnd(KEY_WIDTH)} ${shown.padEnd(VALUE_WIDTH)} ${origin.padEnd(8)} ${means}`;
}

const explainCommand = defineCommand({
  command: "explain",
  describe: "print every value of a node.yaml, whether it is from the file or a default, and what it is for",
  options: {
    config: {type: "string", demandOption: true, describe: "the node's configuration, node.yaml"},
    json: {type: "boolean", default: false, describe: "print it for machines"},
  },
  async handler({config, json}) {
    const values = await explainConfig(config);
    print(json ? JSON.stringify(values, null, 2) : values.map(lineOf).join("\n"));
    return 0;
  },
});

/** `consilium config explain`. */
export const configCommand = defineGroup("config", "read a node's configuration", [explainCommand]);
