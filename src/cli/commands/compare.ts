import {compareStudies, settingDifferences} from "../../study/index.ts";
import {defineCommand} from "../command.ts";
import {compareText} from "../compare-text.ts";
import {readSummary} from "../input-file.ts";
import {print} from "../printable.ts";

/**
 * `consilium compare`: compares two simulated studies, paired by seed, and lists the settings that differ.
 */
export const compareCommand = defineCommand({
  command: "compare <first> <second>",
  describe: "hold one simulated study against another, seed by seed",
  positionals: {
    first: "folder A that `simulate --out` wrote: the one to start from",
    second: "folder B: the one that is held against it",
  },
  options: {
    all: {type: "boolean", describe: "all metrics, not only the first one"},
    json: {type: "boolean", describe: "everything as JSON"},
  },
  async handler({all = false, json = false}, {first, second}) {
    const [ours, theirs] = [await readSummary(first), await readSummary(second)];
    const comparison = compareStudies(ours, theirs);
    const settings = settingDifferences(ours.experiment, theirs.experiment);
    print(
      json
        ? JSON.stringify({formatVersion: 1, settings, ...comparison}, null, 2)
        : compareText({first: ours, second: theirs, comparison, settings}, all),
    );
    return 0;
  },
});
