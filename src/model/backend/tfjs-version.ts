import {createRequire} from "node:module";

const require = createRequire(import.meta.url);

/**
 * Returns the version of tfjs that all backends use. It is read from the package file, without loading tfjs.
 */
export function tfjsVersion(): string {
  const {version}: {version: string} = require("@tensorflow/tfjs-core/package.json");
  return version;
}
