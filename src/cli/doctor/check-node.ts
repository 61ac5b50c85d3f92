import {type Finding, fail, pass, warn} from "./finding.ts";

const SUPPORTED = [22, 24];
const OLDEST = 20;

/** D01. @param version Node's own, such as `22.4.1` */
export function checkNode(version: string): Finding {
  const major = Number(version.split(".")[0]);
  if (SUPPORTED.includes(major)) return pass(version);
  const mend = `Install Node ${SUPPORTED.join(" or ")}.`;
  if (!(major >= OLDEST)) return fail("CLI_DOCTOR_NODE", `${version} is too old`, mend);
  if (major === OLDEST) return warn(`${version}, which has had no security fixes since April 2026`, mend);
  return warn(`${version}, with which this version is not tested`, mend);
}
