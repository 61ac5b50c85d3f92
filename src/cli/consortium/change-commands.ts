import {resolve} from "node:path";
import {nameSchema} from "../../core/index.ts";
import {firstFreeHeight, ROLES, skipOf} from "../../membership/index.ts";
import {defineCommand, usageError} from "../command.ts";
import {print, printNote} from "../printable.ts";
import {delegatedNode, delegationOf, nodeFlags, nodeOf} from "./node-delegation.ts";
import {ensureOrganisationKey, officeFlags, openOffice} from "./office.ts";
import {admitAll, memberKey, openProposal, propose, refuseStranger, vote} from "./proposing.ts";

const admitCommand = defineCommand({
  command: "admit",
  describe: "vote for those who ask to be admitted with a valid ticket",
  options: {
    ...officeFlags,
    with: {
      type: "string",
      array: true,
      default: [] as string[],
      describe: "a membership file to take in first, such as a newcomer's; may be repeated",
    },
  },
  async handler(flags) {
    const office = await openOffice(flags, flags.with);
    refuseStranger(office);
    const said = admitAll(office);
    await office.save();
    print(said.join("\n"));
    return 0;
  },
});

const approveCommand = defineCommand({
  command: "approve <proposal>",
  describe: "vote for an open proposal",
  positionals: {proposal: "the first digits of its hash, as `show` prints them"},
  options: officeFlags,
  async handler(flags, {proposal}) {
    const office = await openOffice(flags);
    refuseStranger(office);
    const said = vote(office, openProposal(office, proposal));
    await office.save();
    print(said);
    return 0;
  },
});

const revokeCommand = defineCommand({
  command: "revoke <member>",
  describe: "propose to exclude a member, whose key never returns, and vote for it",
  positionals: {member: "its name"},
  options: officeFlags,
  async handler(flags, {member}) {
    const office = await openOffice(flags);
    refuseStranger(office);
    const said = propose(office, {kind: "revoke", organisation: memberKey(office, member)});
    await office.save();
    print(said);
    return 0;
  },
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
  async handler(flags, {member}) {
    const office = await openOffice(flags);
    refuseStranger(office);
    const organisation = memberKey(office, member);
    const role = flags.role ?? office.membership.current.members.get(organisation)?.role;
    const name = nameSchema.safeParse(flags.name ?? member);
    if (role === undefined || !name.success) throw usageError("--name is no name", "Such as north-hospital.");
    const said = propose(office, {kind: "amend", organisation, name: name.data, role});
    await office.save();
    print(said);
    return 0;
  },
});

const skipCommand = defineCommand({
  command: "skip",
  describe: "give the open proposals up, so that another can be made; it takes two thirds of the members",
  options: officeFlags,
  async handler(flags) {
    const office = await openOffice(flags);
    refuseStranger(office);
    const word = skipOf(office.membership, office.self);
    if (word === null) throw usageError("nothing is proposed", "See `consilium consortium show`.");
    office.sign(word);
    await office.save();
    print(
      "Given up. When two thirds have done so, the next proposal can follow; send the membership file to the others.",
    );
    return 0;
  },
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
    const before = flags.state === undefined || flags.address.length === 0 ? delegatedNode(office) : null;
    const node = flags.state === undefined ? before?.node : await nodeOf(flags.state);
    if (node === undefined) throw usageError("--state is missing", "Name the node's state directory.");
    office.sign(
      delegationOf(office, node, flags.address.length === 0 ? (before?.addresses ?? []) : flags.address),
    );
    await office.save();
    print(`Node ${node} stands for this organisation for 90 days. Send the membership file to the others.`);
    return 0;
  },
});

const succeedCommand = defineCommand({
  command: "succeed <newkey>",
  describe: "put a new organisation key in the place of this one, with the next change on",
  positionals: {newkey: "the file of the new key; made when missing, under the same passphrase"},
  options: officeFlags,
  async handler(flags, {newkey}) {
    const office = await openOffice(flags);
    refuseStranger(office);
    const {identity} = await ensureOrganisationKey({...flags, key: resolve(newkey)});
    const height = firstFreeHeight(office.membership, office.self);
    office.sign({kind: "succession", height, successor: identity.peerId, signer: office.self}, identity);
    await office.save();
    print(`Fingerprint of the new key, to compare by voice: ${identity.fingerprint}`);
    printNote(
      "It counts from the next change of the members on; then delegate the node with it: `consilium consortium renew`.",
    );
    return 0;
  },
});

const leaveCommand = defineCommand({
  command: "leave",
  describe: "leave the consortium for good; this key signs nothing more in it",
  options: officeFlags,
  async handler(flags) {
    const office = await openOffice(flags);
    refuseStranger(office);
    office.sign({
      kind: "departure",
      height: firstFreeHeight(office.membership, office.self),
      signer: office.self,
    });
    await office.save();
    print(
      "This organisation has left; it counts with the next change on. Send the membership file to the others.",
    );
    return 0;
  },
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
