import {createRequire} from "node:module";

const require = createRequire(import.meta.url);

/** The version of tfjs that all backends are of, from its package file: nothing of it is loaded. */
export function tfjsVersion(): string {
  const {version}: {version: string} = require("@tensorflow/tfjs-core/package.json");
  return version;
}
