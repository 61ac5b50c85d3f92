import {defineConfig} from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/house/planted/**"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 120_000,
    globalSetup: ["test/setup/global.ts"],
    setupFiles: ["test/setup/polyfill.ts"],
    reporters: ["default", "./scripts/vitest-totals.ts"],
    coverage: {provider: "v8", include: ["src/**"], reporter: ["text-summary", "html"]},
  },
});
