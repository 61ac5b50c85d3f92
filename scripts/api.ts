/*
 * Writes the pages of the library into docs/api: each door of package.json, and what its names refer to. A link in a
 * docstring that leads nowhere is an error. `npm run api`.
 */
import path from "node:path";
import {Application} from "typedoc";
import {doors} from "./docs/doors.ts";

const ROOT = path.resolve(import.meta.dirname, "..");
const PAGES = path.join(ROOT, "docs/api");

/** Names that no door exports, but that the docstrings or types of one refer to, have pages too. */
const OF_THE_PLUGIN = {internalModule: "named by the door", includeDocCommentReferences: true};
const application = await Application.bootstrapWithPlugins({
  name: "Consilium",
  includeVersion: true,
  entryPoints: doors().map(({source}) => path.join(ROOT, source)),
  tsconfig: path.join(ROOT, "tsconfig.json"),
  readme: "none",
  plugin: [import.meta.resolve("typedoc-plugin-missing-exports")],
  excludeExternals: true,
  // A copy without a remote, such as an archive, has no page to link a line to.
  disableSources: true,
  ...OF_THE_PLUGIN,
});
const {logger} = application;
const project = await application.convert();
if (project !== undefined) application.validate(project);
const isSound = project !== undefined && !logger.hasErrors() && !logger.hasWarnings();
if (isSound) await application.generateDocs(project, PAGES);
if (!isSound || logger.hasErrors() || logger.hasWarnings()) process.exitCode = 1;
