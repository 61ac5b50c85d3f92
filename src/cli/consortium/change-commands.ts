import {resolve} from "node:path";
import {nameSchema, present} from "../../core/index.ts";
import {firstFreeHeight, ROLES, skipOf} from "../../membership/index.ts";
import {commaList, defineCommand, usageError} from "../command.ts";
import {print} from "../printable.ts";
import {delegatedNode, delegationOf, nodeFlags, nodeOf} from "./node-delegation.ts";
import {ensureOrganisationKey, type Office, type OfficeFlags, officeFlags, openOffice} from "./office.ts";
import {admitAll, memberKey, openProposal, propose, refuseStranger, vote} from "./proposing.ts";

const SEND = "Send the membership file to the others.";

/** Lets a member sign in its office; saves what it signed, and prints what came of it. */
async function inOffice(
  flags: OfficeFlags & {readonly with?: string | undefined},
  sign: (office: Office) => string | Promise<string>,
): Promise<number> {
  const office = await openOffice(flags, commaList(flags.with));
  refuseStranger(office);
  const said = await sign(office);
  await office.save();
  print(said);
  return 0;
}

const admitCommand = defineCommand({
  command: "admit",
  describe: "vote for those who ask to be admitted with a valid ticket",
  options: {
    ...officeFlags,
    with: {
      type: "string",
      describe: "membership files to take in first, such as newcomers', with commas between",
    },
  },
  handler: (flags) => inOffice(flags, (office) => admitAll(office).join("\n")),
});

const approveCommand = defineCommand({
  command: "approve <proposal>",
  describe: "vote for an open proposal",
  positionals: {proposal: "the first digits of its hash, as `show` prints them"},
  options: officeFlags,
  handler: (flags, {proposal}) => inOffice(flags, (office) => vote(office, openProposal(office, proposal))),
});

const revokeCommand = defineCommand({
  command: "revoke <member>",
  describe: "propose to exclude a member, whose key never returns, and vote for it",
  positionals: {member: "its name"},
  options: officeFlags,
  handler: (flags, {member}) =>
    inOffice(flags, (office) => propose(office, {kind: "revoke", organisation: memberKey(office, member)})),
});

const amendCommand = defineCommand({
  command: "amend <member>",
  describe: "propose another name or role for a member, and vote for it",
  positionals: {member: "its present name"},
  options: {
    ...officeFlags,
    name: {type: "string", describe: "its new name"},
    role: {choices: ROLES, describe: "its new role"},
  },
  handler: (flags, {member}) =>
    inOffice(flags, (office) => {
      const organisation = memberKey(office, member);
      const before = present(office.membership.current.members.get(organisation), "a member by its key");
      const name = nameSchema.safeParse(flags.name ?? member);
      if (!name.success) throw usageError("--name is no name", "Such as north-hospital.");
      return propose(office, {kind: "amend", organisation, name: name.data, role: flags.role ?? before.role});
    }),
});

const skipCommand = defineCommand({
  command: "skip",
  describe: "give the open proposals up, so that another can be made; it takes two thirds of the members",
  options: officeFlags,
  handler: (flags) =>
    inOffice(flags, (office) => {
      const word = skipOf(office.membership, office.self);
      if (word === null) throw usageError("nothing is proposed", "See `consilium consortium show`.");
      office.sign(word);
      return `Given up. When two thirds have done so, the next proposal can follow. ${SEND}`;
    }),
});

const renewCommand = defineCommand({
  command: "renew",
  describe: "delegate this organisation's node for 90 more days; with --state another node takes its place",
  options: {
    ...officeFlags,
    state: {type: "string", describe: "state directory of the node that takes over; made when missing"},
    address: {...nodeFlags.address, describe: `${nodeFlags.address.describe}; none: those of before`},
  },
  async handler(flags) {
    const office = await openOffice(flags);
    const given = commaList(flags.address);
    const before = flags.state === undefined || given.length === 0 ? delegatedNode(office) : null;
    const node =
      flags.state === undefined ? present(before, "the node of before").node : await nodeOf(flags.state);
    const addresses = before !== null && given.length === 0 ? before.addresses : given;
    office.sign(delegationOf(office, node, addresses));
    await office.save();
    print(`Node ${node} stands for this organisation for 90 days. ${SEND}`);
    return 0;
  },
});

const succeedCommand = defineCommand({
  command: "succeed <newkey>",
  describe: "put a new organisation key in the place of this one, with the next change on",
  positionals: {newkey: "the file of the new key; made when missing, under the same passphrase"},
  options: officeFlags,
  handler: (flags, {newkey}) =>
    inOffice(flags, async (office) => {
      const {identity} = await ensureOrganisationKey({...flags, key: resolve(newkey)});
      const height = firstFreeHeight(office.membership, office.self);
      const {peerId: successor, fingerprint} = identity;
      office.sign({kind: "succession", height, successor, signer: office.self}, identity);
      return [
        `Fingerprint of the new key, to compare by voice: ${fingerprint}`,
        `It counts from the next change of the members on; then delegate the node with it: \`consilium consortium renew\`. ${SEND}`,
      ].join("\n");
    }),
});

const leaveCommand = defineCommand({
  command: "leave",
  describe: "leave the consortium for good; this key signs nothing more in it",
  options: officeFlags,
  handler: (flags) =>
    inOffice(flags, (office) => {
      const height = firstFreeHeight(office.membership, office.self);
      office.sign({kind: "departure", height, signer: office.self});
      return `This organisation has left; it counts with the next change on. ${SEND}`;
    }),
});

/** The commands that change who is in a consortium. */
export const changeCommands = [
  admitCommand,
  approveCommand,
  revokeCommand,
  amendCommand,
  skipCommand,
  renewCommand,
  succeedCommand,
  leaveCommand,
];
