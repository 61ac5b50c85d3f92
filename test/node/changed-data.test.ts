import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, it, onTestFinished} from "vitest";
import {type Logger, silentLogger, systemClock} from "../../src/core/index.ts";
import {generateSyntheticHeart} from "../../src/data/index.ts";
import {createMemoryHub, createMemoryNetwork} from "../../src/network/index.ts";
import {createNode} from "../../src/node/index.ts";
import {openStateDirectory} from "../../src/storage/index.ts";
import {folderWith} from "../data/workspace.ts";
import {workerUrl} from "../training/worker-url.ts";
import {Fleet} from "./fleet.ts";
import {SITES, threeSites} from "./three-sites.ts";

const CHANGED = "the values of this site's patients are not those that the run began with";
const LEFT_OUT = "some of this site's data are left out";

/** The first site of a consortium, which waits for the others: it is started with a table and stopped again. */
async function firstSite() {
  const site = SITES[0] ?? "";
  const consortium = await threeSites();
  const complete = (generateSyntheticHeart(1).get(site) ?? "")
    .split("\n")
    .filter((line) => !line.includes(",NA,"));
  const table = complete.join("\n");
  const folder = await folderWith({});
  const fleet = new Fleet(consortium);
  onTestFinished(() => fleet.close());
  const disk = await fleet.diskOf(site);
  const hub = createMemoryHub({clock: systemClock});
  const start = async (content: string): Promise<string[]> => {
    await writeFile(join(folder, `${site}.csv`), content);
    const warned: string[] = [];
    const logger: Logger = {
      ...silentLogger,
      warn: (message, fields) => void warned.push(`${message}: ${String(fields?.["detail"])}`),
      child: () => logger,
    };
    const state = await openStateDirectory("/state", disk);
    try {
      const node = await createNode({
        site,
        state,
        roster: consortium.roster,
        plan: consortium.plan,
        approvedPlan: consortium.plan.hash,
        attempt: 1,
        task: {folder, task: {...consortium.task.task, root: "."}},
        variables: {},
        backend: "cpu",
        clock: systemClock,
        logger,
        openNetwork: async (options) => createMemoryNetwork({...options, hub}),
        workerUrl,
      });
      await node.close();
    } finally {
      await state.close();
    }
    return warned;
  };
  return {table, start};
}

/** The table with another value in the column of the name, in the first row. */
function withValue(table: string, column: string, value: string): string {
  const [header = "", first = "", ...rest] = table.split("\n");
  const at = header.split(",").indexOf(column);
  const cells = first.split(",");
  return [header, cells.with(at, cells[at] === value ? "61" : value).join(","), ...rest].join("\n");
}

describe("a site that starts again in the middle of a run", () => {
  it("is refused with other patients, with fewer, and with another label of one", async () => {
    const {table, start} = await firstSite();
    await start(table);
    const lines = table.trimEnd().split("\n");
    const fewer = `${lines.slice(0, -1).join("\n")}\n`;
    const renamed = `${[...lines.slice(0, -1), lines.at(-1)?.replace(/^[^,]+/, "somebody-else")].join("\n")}\n`;
    const relabelled = withValue(table, "disease", table.split("\n")[1]?.includes(",yes") ? "no" : "yes");
    for (const other of [fewer, renamed, relabelled]) {
      await expect(start(other)).rejects.toMatchObject({code: "NODE_DATA_CHANGED", hint: expect.any(String)});
    }
    expect(await start(table)).toEqual([]);
  });

  it("goes on with other values of the same patients, and says so; another order of the rows is nothing", async () => {
    const {table, start} = await firstSite();
    expect(await start(table)).toEqual([]);
    const [header = "", ...rows] = table.trimEnd().split("\n");
    expect(await start(`${[header, ...rows.toReversed()].join("\n")}\n`)).toEqual([]);
    const [warning, ...others] = await start(withValue(table, "age", "60"));
    expect(warning).toContain(CHANGED);
    expect(others).toEqual([]);
  });

  it("logs whom it leaves out, by column and in ranges", async () => {
    const {table, start} = await firstSite();
    const [warning] = await start(withValue(table, "age", ""));
    expect(warning).toBe(`${LEFT_OUT}: rows 1-9 that miss a value (age 1-9), and with them patients 1-9`);
  });
});
