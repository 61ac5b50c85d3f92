import type {IdentifiedPlan, Roster} from "../../consortium/index.ts";
import {CodedError} from "../../core/index.ts";
import {
  externalKeys,
  externalSplit,
  type Feature,
  FIRST_FAULT,
  featuresOf,
  groupPatients,
  type LocatedTask,
  leftOutText,
  type Matrix,
  type PartMarks,
  type PatientGroup,
  partFinder,
  partMarks,
  readSite,
  type SiteTable,
  type SplitPart,
  splitKeys,
  splitSite,
  valuesHash,
} from "../../data/index.ts";
import type {FinalModel} from "../../node/index.ts";
import type {CliErrorCode} from "../errors.ts";
import {changeLines} from "./lines.ts";

const PARTS: readonly SplitPart[] = ["train", "validation", "test"];

/** The part of a patient when the run began; `new` if the patient took no part. */
export type PredictedPart = SplitPart | "new";

/** A site's patients by their part in the run: for this machine only. */
export interface OwnPatients {
  /** Parts without a patient are left out. */
  readonly groups: ReadonlyMap<PredictedPart, PatientGroup>;
  readonly features: readonly Feature[];
  /** The rows by which a site scales on its own: its train patients; an evaluator's test patients. */
  readonly scaledBy: Matrix;
  /** Differences from the run, and the patients that were left out, for the owner. */
  readonly lines: readonly string[];
}

/** The site and the run whose patients are read. */
export interface OwnPatientsQuery {
  readonly site: string;
  readonly located: LocatedTask;
  readonly plan: IdentifiedPlan;
  readonly roster: Roster;
  /** The data with which the run of this site began. */
  readonly sealed: FinalModel["sealed"];
  readonly values: FinalModel["values"];
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** The patient's key without the site's name before it. */
export function ownKey(site: string, namespaced: string): string {
  return namespaced.slice(site.length + 1);
}

function dataChanged(what: string, hint: string): CodedError<CliErrorCode> {
  return new CodedError("CLI_DATA_CHANGED", what, {hint});
}

/** The part of each patient when the run began. @throws CLI_DATA_CHANGED if the run kept only a hash of it */
function partsOfRun(table: SiteTable, {located: {task}, plan, roster, site, sealed}: OwnPatientsQuery) {
  if (sealed.parts !== null) return sealed.parts;
  const isEvaluator = roster.members.some(({name, role}) => name === site && role === "evaluator");
  const {seed} = plan.plan;
  const split = isEvaluator ? externalSplit(table, task) : splitSite(table, task, seed);
  if (sealed.manifest === split.manifestHash) {
    return partMarks(table, task, isEvaluator ? externalKeys(table) : splitKeys(table, task, seed));
  }
  throw dataChanged(
    "the patients are not those of the run, which kept no list of who was in which part",
    "Bring back the data as they were when the run began; runs begun by this version keep the list.",
  );
}

/**
 * Number of the run's patients that are not found; refuses patients without keys, who cannot be identified.
 */
function missingOf(parts: PartMarks, groups: OwnPatients["groups"], {task}: LocatedTask): number {
  const of = (count: (part: SplitPart) => number): number =>
    PARTS.reduce((sum, part) => sum + count(part), 0);
  const missing = of((part) => parts[part].length) - of((part) => groups.get(part)?.keys.length ?? 0);
  if (missing === 0 || task.kind !== "tabular" || task.patient !== null) return missing;
  throw dataChanged(
    "rows of the run are changed or moved, and no patient key tells which they are",
    "Leave the rows of the run as they were, first in the file; put new patients behind them.",
  );
}

/** Number of the run's patients that today's split file puts on the other side of the test. */
function movedOf(
  {patients, assignedParts}: SiteTable,
  partOf: (key: string) => SplitPart | undefined,
): number {
  const moved = patients.filter((key, row) => {
    const [before, now] = [partOf(key), assignedParts?.[row]];
    return before !== undefined && now !== undefined && (before === "test") !== (now === "test");
  });
  return new Set(moved).size;
}

/** Tells whether the run's patients, all of whom are there, are described differently than when it began. */
function areRevalued(groups: OwnPatients["groups"], known: string | null): boolean {
  const of = (part: SplitPart): Parameters<typeof valuesHash>[0][SplitPart] =>
    groups.get(part)?.rows ?? {
      values: new Float32Array(0),
      labels: new Uint8Array(0),
      patientOf: new Uint32Array(0),
    };
  const parts = {train: of("train"), validation: of("validation"), test: of("test")};
  return known !== null && valuesHash(parts) !== known;
}

/**
 * Reads this site's patients, each in its part of the run; a patient that took no part in it is new.
 * @throws CLI_DATA_CHANGED, DATA_*
 */
export async function readOwnPatients(query: OwnPatientsQuery): Promise<OwnPatients> {
  const {site, located, plan, variables} = query;
  const warnings: string[] = [];
  const findings = {
    ...FIRST_FAULT,
    tell: (level: string, text: string) => void warnings.push(`${level}: ${text}`),
  };
  const table = await readSite({...located, site, variables, findings});
  const parts = partsOfRun(table, query);
  const partOf = partFinder(table, located.task, parts);
  const groups = groupPatients(table, plan.plan.seed, (key): PredictedPart => partOf(key) ?? "new");
  const leftOut = leftOutText(table);
  const missing = missingOf(parts, groups, located);
  const scaledBy = groups.get("train") ?? groups.get("test");
  if (scaledBy === undefined) {
    throw dataChanged(
      "no patient of the run is among the data",
      "Check the patient keys: the data must be those of the run, with new patients added.",
    );
  }
  return {
    groups,
    features: featuresOf(located.task),
    scaledBy: scaledBy.rows,
    lines: [
      ...warnings,
      ...(leftOut === null ? [] : [`left out: ${leftOut}`]),
      ...changeLines({
        missing,
        fresh: groups.get("new")?.keys.length ?? 0,
        moved: movedOf(table, partOf),
        areRevalued: missing === 0 && areRevalued(groups, query.values),
      }),
    ],
  };
}
