import "../../src/core/polyfill.ts";
