import {expect} from "vitest";
import type {Consortium, Site} from "./consortium.ts";
import type {NodeStatus} from "./daemon.ts";

/** Starts all of `sites`: the first alone, the others knowing its address and no more. */
export async function startAll(consortium: Consortium, sites: readonly Site[]): Promise<NodeStatus[]> {
  const [first, ...others] = sites;
  if (first === undefined) return [];
  const status = await consortium.start(first);
  return [status, ...(await Promise.all(others.map((site) => consortium.start(site, status))))];
}

/** The statuses of those of `sites` that give one now. */
async function present(sites: readonly Site[]): Promise<NodeStatus[]> {
  const seen = await Promise.all(sites.map(async ({daemon}) => (await daemon?.status()) ?? null));
  return seen.filter((status) => status !== null);
}

/** Resolves with everyone's status when all of `sites` have round `round`, or the run, behind them. */
export async function passed(
  consortium: Consortium,
  {
    sites,
    round,
    limitMs,
  }: {readonly sites: readonly Site[]; readonly round: number; readonly limitMs: number},
): Promise<NodeStatus[]> {
  const names = sites.map(({name}) => name).join(", ");
  return consortium.until(`the end of round ${round} at ${names}`, limitMs, async () => {
    const seen = await present(sites);
    const past = seen.filter((status) => status.round > round);
    return past.length === sites.length ? past : null;
  });
}

/**
 * Waits until the run has ended at all of `sites`, and checks that they hold the same model.
 * @returns the model's hash
 */
export async function expectSameModel(
  consortium: Consortium,
  sites: readonly Site[],
  limitMs: number,
): Promise<string> {
  const names = sites.map(({name}) => name).join(", ");
  const ended = await consortium.until(`the end of the run at ${names}`, limitMs, async () => {
    const seen = await present(sites);
    const finished = seen.filter(({activity}) => activity === "finished");
    return finished.length === sites.length ? finished : null;
  });
  const model = ended[0]?.certified?.result ?? "";
  expect(model).toMatch(/^[0-9a-f]{64}$/);
  for (const {site, certified} of ended) expect(certified?.result, `the model of ${site}`).toBe(model);
  return model;
}
