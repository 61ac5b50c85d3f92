import {resolve} from "node:path";
import {createIdentity} from "../../consortium/index.ts";
import {nameSchema} from "../../core/index.ts";
import {openStateDirectory, statusTokenFile} from "../../storage/index.ts";
import {defineCommand, usageError} from "../command.ts";
import {print, printNote} from "../printable.ts";

async function keyOf(path: string): Promise<{readonly seed: Uint8Array; readonly isNew: boolean}> {
  const state = await openStateDirectory(resolve(path));
  try {
    await state.ensureStatusToken();
    const seed = await state.readNodeKey();
    return seed === undefined ? {seed: await state.createNodeKey(), isNew: true} : {seed, isNew: false};
  } finally {
    await state.close();
  }
}

/**
 * `consilium init`: makes a node's key and status token, once, and prints the parts that other members need.
 */
export const initCommand = defineCommand({
  command: "init",
  describe: "make this node's key and status token, and print its line for the roster",
  options: {
    state: {type: "string", demandOption: true, describe: "state directory; made when missing"},
    site: {type: "string", demandOption: true, describe: "this site's name in the roster"},
  },
  async handler({state, site}) {
    const name = nameSchema.safeParse(site);
    if (!name.success)
      throw usageError(`--site ${name.error.issues[0]?.message}`, "Such as --site north-hospital.");
    const {seed, isNew} = await keyOf(state);
    const {peerId, fingerprint} = createIdentity(seed);
    printNote(isNew ? `A new key is in ${state}.` : `The key in ${state} was there already and is kept.`);
    printNote(`The dashboard asks for the token in ${statusTokenFile(state)}.`);
    printNote("For everyone's roster file, under members:");
    print(`  - {name: ${site}, peerId: ${peerId}, role: trainer}`);
    printNote(`Fingerprint, to compare by voice: ${fingerprint}`);
    return 0;
  },
});
