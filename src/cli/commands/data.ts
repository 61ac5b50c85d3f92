import {defineGroup} from "../command.ts";
import {checkCommand} from "./data-check.ts";
import {generateCommand} from "./data-generate.ts";

/** `consilium data check` and `consilium data generate`. */
export const dataCommand = defineGroup("data", "look at this site's own data", [
  checkCommand,
  generateCommand,
]);
