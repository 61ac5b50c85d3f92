import {randomBytes} from "node:crypto";
import {createIdentity, type Identity} from "../../consortium/index.ts";
import {nameSchema} from "../../core/index.ts";
import {founderVote, type Genesis, parseTicket, ROLES, ticketText} from "../../membership/index.ts";
import {commaList, defineCommand, usageError} from "../command.ts";
import {print, printNote} from "../printable.ts";
import {delegationOf, nodeFlags, nodeOf} from "./node-delegation.ts";
import {ensureOrganisationKey, Office, officeFlags, openOffice, refuseExisting} from "./office.ts";
import {refuseStranger} from "./proposing.ts";

const DAY_MS = 24 * 3600 * 1000;
/** Days for which a ticket is valid. */
const TICKET_DAYS = 7;

/** @throws CLI_USAGE if `text` is no name */
function checkedName(flag: string, text: string): string {
  const name = nameSchema.safeParse(text);
  if (name.success) return name.data;
  throw usageError(`--${flag} ${name.error.issues[0]?.message}`, "Such as north-hospital.");
}

function sayKey(
  path: string,
  {identity, isNew}: {readonly identity: Identity; readonly isNew: boolean},
): void {
  printNote(
    isNew
      ? `A new organisation key is in ${path}: keep it offline, and a copy elsewhere.`
      : `The key in ${path} is used.`,
  );
  print(`Fingerprint, to compare by voice: ${identity.fingerprint}`);
}

/** `consilium consortium create`: the first member founds the consortium. */
export const createCommand = defineCommand({
  command: "create",
  describe: "found a consortium with this organisation as its first member",
  options: {
    ...officeFlags,
    ...nodeFlags,
    name: {type: "string", demandOption: true, describe: "the consortium's name"},
    site: {type: "string", demandOption: true, describe: "this organisation's name in it"},
    role: {choices: ROLES, default: "trainer", describe: "its role"},
  },
  async handler(flags) {
    await refuseExisting(flags.membership);
    const [consortium, name] = [checkedName("name", flags.name), checkedName("site", flags.site)];
    const key = await ensureOrganisationKey(flags);
    const members = [{organisation: key.identity.peerId, name, role: flags.role}];
    const genesis: Genesis = {formatVersion: 1, consortium, members, recovery: null};
    const office = new Office(flags, key.identity, {genesis, records: []});
    office.sign(founderVote(office.membership, office.self));
    office.sign(delegationOf(office, await nodeOf(flags.state), commaList(flags.address)));
    await office.save();
    sayKey(flags.key, key);
    print(`Consortium ${consortium}, ${office.membership.id}`);
    printNote("Next: `consilium consortium invite --site NAME`, with a name for each other hospital.");
    return 0;
  },
});

/** Signs an invitation with a one-time key; returns the ticket. */
function invite(office: Office, name: string, role: (typeof ROLES)[number]): string {
  const seed = new Uint8Array(randomBytes(32));
  const invitation = office.sign({
    kind: "invitation",
    ticket: createIdentity(seed).peerId,
    name,
    role,
    until: office.now + TICKET_DAYS * DAY_MS,
    signer: office.self,
  });
  return ticketText({genesis: office.membership.genesis, invitation, seed});
}

/** `consilium consortium invite`: prints tickets, with each of which one organisation can ask to be admitted. */
export const inviteCommand = defineCommand({
  command: "invite",
  describe: `print a ticket with which a hospital can ask to be admitted, for ${TICKET_DAYS} days`,
  options: {
    ...officeFlags,
    site: {
      type: "string",
      demandOption: true,
      describe: "the name that it is to have; several with commas between",
    },
    role: {choices: ROLES, default: "trainer", describe: "its role"},
  },
  async handler(flags) {
    const office = await openOffice(flags);
    refuseStranger(office);
    const sites = commaList(flags.site);
    const tickets = sites.map((site) => invite(office, checkedName("site", site), flags.role));
    await office.save();
    for (const ticket of tickets) print(ticket);
    printNote(
      `One line for each of ${sites.join(", ")}: whoever has it can ask in that name, with \`consilium join\`.`,
    );
    return 0;
  },
});

/** `consilium join`: makes an organisation's key and its node's, and asks to be admitted. */
export const joinCommand = defineCommand({
  command: "join <ticket>",
  describe: "make this organisation's keys, and a membership file in which it asks to be admitted",
  positionals: {ticket: "the line that `consilium consortium invite` printed"},
  options: {...officeFlags, ...nodeFlags},
  async handler(flags, {ticket}) {
    const {genesis, invitation, seed} = parseTicket(ticket);
    await refuseExisting(flags.membership);
    const key = await ensureOrganisationKey(flags);
    const office = new Office(flags, key.identity, {genesis, records: [invitation]});
    const {ticket: oneTime, signer: inviter} = invitation;
    office.sign({kind: "request", ticket: oneTime, inviter, signer: office.self}, createIdentity(seed));
    office.sign(delegationOf(office, await nodeOf(flags.state), commaList(flags.address)));
    await office.save();
    sayKey(flags.key, key);
    print(`${invitation.name} asks to join ${genesis.consortium}, ${office.membership.id}`);
    printNote(
      `Send ${flags.membership} to the members; each runs \`consilium consortium admit --with FILE\`.`,
    );
    return 0;
  },
});
