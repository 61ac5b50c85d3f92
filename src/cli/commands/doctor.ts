import {loadNodeConfig} from "../../config/index.ts";
import {CodedError, present} from "../../core/index.ts";
import {defineCommand} from "../command.ts";
import {examine, type NumberedFinding} from "../doctor/examine.ts";
import {systemProbes} from "../doctor/probes.ts";
import {print} from "../printable.ts";
import {ownVersion} from "../version.ts";

const MARGIN = " ".repeat(7);

/** The lines of a finding: the finding itself, and under a warning or a failure the way to mend it. */
export function findingText({level, id, what, found, mend}: NumberedFinding): string {
  const line = `[${level.toUpperCase()}] ${id} ${what} - ${found}`;
  return mend === undefined ? line : `${line}\n${MARGIN}${mend}`;
}

/** The error with which the doctor ends: the first failure. */
function firstFailure(findings: readonly NumberedFinding[]): CodedError | null {
  const [first, ...others] = findings.filter(({level}) => level === "fail");
  if (first === undefined) return null;
  const code = present(first.code, "the code of a failed check");
  const more = others.length === 0 ? "" : `; ${others.length} more failed`;
  return new CodedError(code, `${first.id} ${first.what}: ${first.found}${more}`, {
    hint: present(first.mend, "what mends a failed check"),
  });
}

/** `consilium doctor`. */
export const doctorCommand = defineCommand({
  command: "doctor",
  describe: "check this machine, the node's files and data, and that the other members can be reached",
  options: {
    config: {type: "string", demandOption: true, describe: "the node's configuration, node.yaml"},
    json: {type: "boolean", default: false, describe: "print the findings for machines"},
  },
  async handler({config: path, json}) {
    const config = await loadNodeConfig(path);
    const examined = {config, variables: process.env, version: ownVersion(), probes: systemProbes};
    const findings = await examine(examined, (finding) => {
      if (!json) print(findingText(finding));
    });
    if (json) print(JSON.stringify({schema: 1, findings}, null, 2));
    const failed = firstFailure(findings);
    if (failed !== null) throw failed;
    return 0;
  },
});
