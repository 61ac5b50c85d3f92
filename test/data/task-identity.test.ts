import {describe, expect, it} from "vitest";
import {findPreset} from "../../src/config/index.ts";
import {readTask, type SlidesTask, taskDifference, taskIdentity} from "../../src/data/index.ts";

async function slides(): Promise<SlidesTask> {
  const {task} = await readTask((await findPreset("swarm-tcga-crc-stamp")).taskFile);
  if (task.kind !== "slides") throw new RangeError("the preset is of slides");
  return task;
}

describe("a site's task beside the plan's", () => {
  it("agrees with itself, whatever the site calls its files and folders", async () => {
    const task = await slides();
    const planned = taskIdentity(task);
    expect(
      taskDifference(planned, taskIdentity({...task, root: "elsewhere", title: "Ours", sites: {}})),
    ).toBeNull();
  });

  it.each<[string, (task: SlidesTask) => SlidesTask, RegExp]>([
    [
      "extractor",
      (task) => ({...task, features: {...task.features, extractor: "uni"}}),
      /^the task file's extractor is "uni", the plan names "resnet18-imagenet-avgpool"$/,
    ],
    [
      "dimension",
      (task) => ({...task, features: {...task.features, dimension: 768}}),
      /^the task file's dimension is 768, the plan names 512$/,
    ],
    [
      "order of categories",
      ({label, ...task}) => ({
        ...task,
        label: {...label, negative: label.positive, positive: label.negative},
      }),
      /^the task file's negative is \["MSIH"\], the plan names \["nonMSIH"\]$/,
    ],
    [
      "range",
      (task) => ({...task, features: {...task.features, range: [0, 1]}}),
      /^the task file's data contract is [0-9a-f]{64}, the plan names [0-9a-f]{64}$/,
    ],
  ])("that has another %s is told which", async (_, change, line) => {
    const task = await slides();
    expect(taskDifference(taskIdentity(task), taskIdentity(change(task)))).toMatch(line);
  });

  it("of tables against a plan of slides is told so", async () => {
    const {task: table} = await readTask((await findPreset("synthetic-heart")).taskFile);
    const difference = taskDifference(taskIdentity(await slides()), taskIdentity(table));
    expect(difference).toBe('the task file\'s kind is "tabular", the plan names "slides"');
  });
});
