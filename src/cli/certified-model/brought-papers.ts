import type {BroughtPapers} from "../../lineage/index.ts";
import {readPlan, readRoster} from "../input-file.ts";

/** The flags with which a verifier names papers of its own. */
export const PAPER_OPTIONS = {
  roster: {type: "string", describe: "your own copy of the roster; without it the folder's is taken"},
  plan: {type: "string", describe: "your own copy of the plan, to compare"},
} as const;

/** Reads the papers that the flags name. @throws the errors of {@link readRoster} and {@link readPlan} */
export async function readPapers(
  flags: Readonly<Record<keyof typeof PAPER_OPTIONS, string | undefined>>,
): Promise<BroughtPapers> {
  const {roster, plan} = flags;
  return {
    roster: roster === undefined ? null : await readRoster(roster),
    plan: plan === undefined ? null : await readPlan(plan),
  };
}
