import {resolve} from "node:path";
import {readSignedMembership} from "../../consortium/index.ts";
import {systemClock} from "../../core/index.ts";
import {encodeMembership, pruned, unionOf} from "../../membership/index.ts";
import {writeMembershipFile} from "../../storage/index.ts";
import {defineCommand} from "../command.ts";
import {print, printNote} from "../printable.ts";
import {describeMembership} from "./describe-membership.ts";
import {membershipFlag, readRecords} from "./office.ts";

/** `consilium consortium show`: says who is in the consortium and what is proposed. */
export const showMembershipCommand = defineCommand({
  command: "show",
  describe: "say who the members are, who asks to be admitted, and what is proposed",
  options: membershipFlag,
  async handler({membership}) {
    const records = await readRecords(membership);
    print(describeMembership(readSignedMembership(records), systemClock.wallMs()).join("\n"));
    return 0;
  },
});

/** `consilium consortium import`: takes the records of another member's file in; it needs no key. */
export const importCommand = defineCommand({
  command: "import <file>",
  describe: "add the records of another member's membership file to one's own",
  positionals: {file: "the other member's file"},
  options: membershipFlag,
  async handler({membership}, {file}) {
    const own = await readRecords(membership);
    const all = unionOf(own, await readRecords(file));
    const now = readSignedMembership(all);
    await writeMembershipFile(resolve(membership), encodeMembership(pruned(all, now)));
    printNote(`${membership} has the records of ${file} as well.`);
    print(describeMembership(now, systemClock.wallMs()).join("\n"));
    return 0;
  },
});
