import {spawnSync} from "node:child_process";
import {expect, it} from "vitest";

it.each(["model", "training"])("the door of the room %s loads no tfjs", (room) => {
  const door = new URL(`../../dist/${room}/index.js`, import.meta.url).href;
  const script = `
    import {createRequire} from "node:module";
    await import(${JSON.stringify(door)});
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    console.log(loaded.filter((name) => name.includes("tensorflow")).length);
  `;
  const {stdout, stderr} = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(stdout.trim()).toBe("0");
});
