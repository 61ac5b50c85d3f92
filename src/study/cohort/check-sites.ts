import type {Experiment} from "../../config/index.ts";
import {CodedError, closestName} from "../../core/index.ts";
import type {Cohort, SimulationErrorCode} from "../../simulation/index.ts";

const MAX_LISTED = 12;

/** Sites that an experiment names outside its data block, with the key that names each. */
function namedSites({network, compute, faults, attacks}: Experiment): readonly (readonly [string, string])[] {
  const under = (key: string, names: readonly string[]) => names.map((name) => [key, name] as const);
  return [
    ...under("network.sites", Object.keys(network.sites)),
    ...under("compute.sites", Object.keys(compute.sites)),
    ...faults.flatMap((fault) =>
      fault.type === "crash" ? under("faults", [fault.site]) : under("faults", fault.groups.flat()),
    ),
    ...attacks.flatMap(({sites}) => (typeof sites === "number" ? [] : under("attacks", sites))),
  ];
}

/**
 * Refuses an experiment whose network, faults or attacks name sites that its cohort does not have, or that
 * leaves no honest site.
 * @throws {CodedError} SIMULATION_SITE_UNKNOWN, SIMULATION_NOBODY_HONEST
 */
export function checkSites(experiment: Experiment, {sites, external}: Cohort): void {
  const known = [...sites, ...external].map(({name}) => name);
  const isKnown = new Set(known);
  const unknown = namedSites(experiment).find(([, name]) => !isKnown.has(name));
  if (unknown !== undefined) {
    const [key, name] = unknown;
    const meant = closestName(name, known);
    const listed = known.length > MAX_LISTED ? `${known[0]} to ${known.at(-1)}` : known.join(", ");
    throw new CodedError<SimulationErrorCode>(
      "SIMULATION_SITE_UNKNOWN",
      `${key}: there is no site "${name}"`,
      {
        data: {key, name},
        hint: meant === undefined ? `Known: ${listed}.` : `Did you mean "${meant}"?`,
      },
    );
  }
  const [attack] = experiment.attacks;
  const bad =
    attack === undefined ? 0 : typeof attack.sites === "number" ? attack.sites : attack.sites.length;
  if (bad < sites.length) return;
  throw new CodedError<SimulationErrorCode>(
    "SIMULATION_NOBODY_HONEST",
    `attacks: ${bad} of ${sites.length} sites do harm`,
    {hint: "Leave one site honest at least."},
  );
}
