import {defineConfig, type TestProjectInlineConfiguration} from "vitest/config";
import {filesWithOwnWorker} from "./test/setup/own-worker.ts";

const ownWorker = [...filesWithOwnWorker(import.meta.dirname), "test/process/**/*.test.ts"];
const common = {pool: "forks", testTimeout: 180_000, hookTimeout: 120_000} as const;
const setUp = ["test/setup/processor-time.ts", "test/setup/polyfill.ts"];

/** Vitest keeps `--exclude` from its projects. */
const excluding: NonNullable<TestProjectInlineConfiguration["plugins"]> = [
  {
    name: "consilium:exclude",
    configureVitest: ({project, vitest}) => {
      project.config.exclude.push(...(vitest.config.cliExclude ?? []));
    },
  },
];

/** Files that share their worker, whose modules are then read once, and files that have one each. */
const projects: TestProjectInlineConfiguration[] = [
  {
    plugins: excluding,
    test: {
      ...common,
      name: "shared",
      isolate: false,
      setupFiles: [...setUp, "test/setup/shared-worker.ts"],
      include: ["test/**/*.test.ts"],
      exclude: ownWorker,
    },
  },
  {
    plugins: excluding,
    test: {...common, name: "alone", setupFiles: setUp, include: ownWorker, sequence: {groupOrder: 1}},
  },
];

export default defineConfig({
  test: {
    projects,
    maxWorkers: 2,
    globalSetup: ["test/setup/global.ts"],
    reporters: ["default", "./scripts/vitest-budget.ts", "./scripts/vitest-totals.ts"],
    coverage: {provider: "v8", include: ["src/**"], reporter: ["text-summary", "html"]},
  },
});
