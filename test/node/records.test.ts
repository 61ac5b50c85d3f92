import {encode} from "cborg";
import {describe, expect, it} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import {restoreSession} from "../../src/gossip/index.ts";
import type {ProofCheck} from "../../src/node/records/kept-proofs.ts";
import {encodeRecord, openRecords, writeRecord} from "../../src/node/records/records.ts";
import {sealSplit} from "../../src/node/site/sealed-split.ts";
import {SEED_BYTES} from "../../src/parameters/index.ts";
import {partsBytes, productsBytes, readyBytes, sumBytes, voteBytes} from "../../src/rounds/certificate.ts";
import {
  type Contradiction,
  canonicalBytes,
  type DurableRecord,
  type Restored,
} from "../../src/rounds/index.ts";
import {openStateDirectory, type RunStorage} from "../../src/storage/index.ts";
import {createConsortium, LAYOUT, primitivesOf, RUN} from "../gossip/consortium.ts";
import {
  type CrashFileSystem,
  createCrashFileSystem,
  type Fate,
  PowerCut,
} from "../storage/crash-file-system.ts";

const shapeOf = () => ({layout: LAYOUT, values: 5});

/** What a member really wrote down in a run in which leaders died and ballots competed. */
function writtenRecords(): readonly DurableRecord[] {
  const consortium = createConsortium({seed: 6, weights: [10, 20, 30], rounds: 3});
  const {world, members} = consortium;
  for (const member of members) world.start(member);
  for (const [atMs, member] of [
    [110, "member-b"],
    [900, "member-c"],
  ] as const) {
    world.after(atMs, () => world.crash(member));
    world.after(atMs + 400, () => world.start(member));
  }
  world.run();
  return world.diskOf("member-a");
}

const LIAR = "member-b";
const ROUND = 3;
const PROOFS: ProofCheck = {run: RUN, verify: primitivesOf("member-a").verify};
const PROOF = {kind: "equivocation", round: ROUND, member: LIAR} as const;
const ONE = "5c".repeat(32);
const OTHER = "77".repeat(32);
const TWO: [string, string] = [ONE, OTHER];
const GROUP = "5a".repeat(32);
const ATTEMPT = {run: RUN, round: ROUND, group: GROUP};
const TWO_VOTES: {ballot: number; step: "accept"; bodies: [string, string]} = {
  ballot: 2,
  step: "accept",
  bodies: TWO,
};
const voteOf = (body: string) => voteBytes({run: RUN, round: ROUND, ballot: 2, step: "accept", body});
const VOTES = [voteOf(ONE), voteOf(OTHER)] as const;
const readyOf = (contribution: string) => readyBytes({run: RUN, round: ROUND, contribution});
const READIES = [readyOf(ONE), readyOf(OTHER)] as const;
const LISTS = [partsBytes(ATTEMPT, [ONE]), partsBytes(ATTEMPT, [OTHER])] as const;
const SUM = {group: GROUP, chunk: 1, sum: ONE, parts: OTHER};
const PRODUCTS = {group: GROUP, seed: new Uint8Array(SEED_BYTES), products: new Uint8Array(8)};
const PRODUCT_BYTES = productsBytes(ATTEMPT, PRODUCTS.seed, PRODUCTS.products);

const signedBy = (member: string, bytes: Uint8Array): Uint8Array => primitivesOf(member).sign(bytes);
const signed = ([one, other]: readonly [Uint8Array, Uint8Array]): [Uint8Array, Uint8Array] => [
  signedBy(LIAR, one),
  signedBy(LIAR, other),
];
const proofLine = (claims: Contradiction, of: {member?: string; round?: number} = {}): Uint8Array =>
  encodeRecord({...PROOF, ...of, claims: canonicalBytes(claims)});

const RECORDS = writtenRecords();

/** What matters of the round under way, for comparison; without any, that nothing was voted for. */
function summaryOfRound(round: Restored["round"]): unknown {
  if (round === null) return {contribution: undefined, lock: null, committedIn: -1, accepted: null, held: []};
  const {contribution, lock, committedIn, accepted, held} = round;
  return {contribution: contribution?.hash, lock, committedIn, accepted, held: held.map(({hash}) => hash)};
}

/** What matters of a restored state, for comparison. */
function summary({certified, round}: Restored): unknown {
  const {certificate, snapshot} = certified ?? {};
  return {certificate, result: snapshot?.hash, round: summaryOfRound(round)};
}

const expectedAfter = (count: number): unknown => summary(restoreSession(RECORDS.slice(0, count)));

async function openStorage(files: CrashFileSystem): Promise<RunStorage> {
  return (await openStateDirectory("/state", files)).openRun(RUN);
}

/** Writes the records until something fails; how many were done. */
async function writeAll(files: CrashFileSystem): Promise<{done: number; failure?: unknown}> {
  let done = 0;
  try {
    const storage = await openStorage(files);
    for (const record of RECORDS) {
      await writeRecord(storage, record);
      done += 1;
    }
    return {done};
  } catch (failure) {
    return {done, failure};
  }
}

describe("the records of a run", () => {
  it("that this test writes are of every kind and of several ballots", () => {
    expect(new Set(RECORDS.map(({kind}) => kind))).toEqual(
      new Set(["contribution", "ballot", "certificate"]),
    );
    expect(RECORDS.length).toBeGreaterThan(8);
    expect(RECORDS.some((record) => record.kind === "ballot" && (record.accepted?.ballot ?? 0) > 0)).toBe(
      true,
    );
  });

  it("bring a node back from every prefix to where the protocol stood", async () => {
    for (let count = 0; count <= RECORDS.length; count++) {
      const files = createCrashFileSystem();
      const storage = await openStorage(files);
      for (const record of RECORDS.slice(0, count)) await writeRecord(storage, record);
      files.restart(() => 0);
      const {restored, certificates} = await openRecords(await openStorage(files), shapeOf, PROOFS);
      expect(summary(restored), `after ${count} records`).toEqual(expectedAfter(count));
      const written = RECORDS.slice(0, count).filter(({kind}) => kind === "certificate");
      expect(certificates, `after ${count} records`).toHaveLength(written.length);
    }
  });

  it.each<[string, () => Fate]>([
    ["all lost", () => () => 0],
    ["all kept", () => (count) => count],
    [
      "some kept",
      () => {
        const random = createRandom({seed: 3, site: "", round: 0, purpose: "crash"});
        return (count) => random.below(Math.max(1, count + 1));
      },
    ],
  ])(
    "after a loss of power are those before the write or after it, never between (%s)",
    async (_, fateOf) => {
      const whole = createCrashFileSystem();
      await writeAll(whole);
      const operations = whole.operations();
      expect(operations).toBeGreaterThan(30);
      for (let at = 1; at <= operations; at++) {
        const files = createCrashFileSystem();
        files.cutPowerAt(at);
        const {done, failure} = await writeAll(files);
        expect(failure, `operation ${at}`).toBeInstanceOf(PowerCut);
        files.restart(fateOf());
        const {restored} = await openRecords(await openStorage(files), shapeOf, PROOFS);
        expect([expectedAfter(done), expectedAfter(done + 1)], `operation ${at}`).toContainEqual(
          summary(restored),
        );
      }
    },
  );

  it("tell that the test was opened, and of whom a proof of two votes is kept", async () => {
    const files = createCrashFileSystem();
    const storage = await openStorage(files);
    for (const record of RECORDS) await writeRecord(storage, record);
    await storage.journal.append(proofLine({kind: "vote", ...TWO_VOTES, signatures: signed(VOTES)}));
    const manifest = "cd".repeat(32);
    await storage.journal.append(encodeRecord({kind: "test-opened", manifest, result: "ef".repeat(32)}));
    files.restart(() => 0);
    const opened = await openRecords(await openStorage(files), shapeOf, PROOFS);
    expect(opened.testOpened).toEqual({manifest, result: "ef".repeat(32)});
    expect(opened.restored.equivocators).toEqual(["member-b"]);
    expect(summary(opened.restored)).toEqual(expectedAfter(RECORDS.length));
  });

  const holding: readonly (readonly [string, Contradiction])[] = [
    ["two votes", {kind: "vote", ...TWO_VOTES, signatures: signed(VOTES)}],
    ["two contributions", {kind: "ready", contributions: TWO, signatures: signed(READIES)}],
    ["two lists of parts", {kind: "parts", group: GROUP, parts: [[ONE], [OTHER]], signatures: signed(LISTS)}],
    ["a sum", {kind: "sum", ...SUM, signature: signedBy(LIAR, sumBytes(ATTEMPT, SUM))}],
    ["products", {kind: "products", ...PRODUCTS, signature: signedBy(LIAR, PRODUCT_BYTES)}],
  ];
  const openedWith = async (line: Uint8Array, proofs: ProofCheck | null = PROOFS) => {
    const files = createCrashFileSystem();
    await (await openStorage(files)).journal.append(line);
    files.restart(() => 0);
    return openRecords(await openStorage(files), shapeOf, proofs);
  };

  it.each(holding)("with a proof by %s tell that its maker lied", async (_, claims) => {
    const {restored} = await openedWith(proofLine(claims));
    expect(restored.equivocators).toEqual([LIAR]);
  });

  it.each<[string, Uint8Array]>([
    ...holding.flatMap<[string, Uint8Array]>(([what, claims]) => [
      [`${what} of another member`, proofLine(claims, {member: "member-c"})],
      [`${what} of another round`, proofLine(claims, {round: 4})],
    ]),
    [
      "one vote, twice",
      proofLine({kind: "vote", ...TWO_VOTES, bodies: [ONE, ONE], signatures: signed([VOTES[0], VOTES[0]])}),
    ],
    ["nothing that this version knows", encodeRecord({...PROOF, claims: Uint8Array.of(1, 2, 3)})],
  ])(
    "with a proof by %s are refused: nobody is called a liar by a line that does not hold",
    async (_, line) => {
      await expect(openedWith(line)).rejects.toMatchObject({
        code: "NODE_JOURNAL_FOREIGN",
        message: expect.stringMatching(
          /^the run's journal cannot be resumed: its proof against member-[bc] in round [45] does not hold$/,
        ),
      });
    },
  );

  it("tell whoever takes no part in the run of no proof", async () => {
    const {restored} = await openedWith(encodeRecord({...PROOF, claims: Uint8Array.of(1)}), null);
    expect(restored.equivocators).toEqual([]);
  });

  it("with a fork among them are refused at each start", async () => {
    const files = createCrashFileSystem();
    const storage = await openStorage(files);
    for (const record of RECORDS) await writeRecord(storage, record);
    const certificates: [Uint8Array, Uint8Array] = [Uint8Array.of(1), Uint8Array.of(2)];
    await storage.journal.append(encodeRecord({kind: "fork", round: 3, certificates}));
    for (let start = 0; start < 2; start++) {
      files.restart(() => 0);
      await expect(openRecords(await openStorage(files), shapeOf, PROOFS)).rejects.toMatchObject({
        code: "NODE_RUN_FORKED",
        message: "round 4 was decided in two ways, as this node found before it stopped",
      });
    }
  });

  it("keep who is in which part of the split, which a run of an earlier version gets at its next start", async () => {
    const files = createCrashFileSystem();
    const manifest = "cd".repeat(32);
    const parts = {train: ["aa", "bb"], validation: [], test: ["cc"]};
    const restarted = async () => {
      files.restart(() => 0);
      const storage = await openStorage(files);
      return {storage, opened: await openRecords(storage, shapeOf, PROOFS)};
    };
    await (await openStorage(files)).journal.append(encodeRecord({kind: "split", manifest}));
    const earlier = await restarted();
    expect(earlier.opened.sealed).toEqual({manifest, parts: null});
    await sealSplit(earlier.storage, earlier.opened.sealed, {manifest, parts});
    const {storage, opened} = await restarted();
    expect(opened.sealed).toEqual({manifest, parts});
    await sealSplit(storage, opened.sealed, {manifest, parts});
    expect(storage.journal.entries(), "written once").toHaveLength(2);
    const another = {manifest: "ef".repeat(32), parts};
    await expect(sealSplit(storage, opened.sealed, another)).rejects.toMatchObject({
      code: "NODE_DATA_CHANGED",
    });
  });

  it.each([
    ["an unknown kind", {kind: "gossip", round: 0}],
    ["an unknown key", {kind: "contribution", round: 0, hash: "ab", extra: 1}],
    ["a missing key", {kind: "test-opened", manifest: "ab"}],
    ["no map", ["certificate"]],
  ])("with %s are refused: a newer version wrote them", async (_, record) => {
    const files = createCrashFileSystem();
    await (await openStorage(files)).journal.append(encode(record));
    files.restart(() => 0);
    await expect(openRecords(await openStorage(files), shapeOf, PROOFS)).rejects.toMatchObject({
      code: "NODE_JOURNAL_FOREIGN",
    });
  });

  it("whose last result is gone are refused, not taken for an earlier state", async () => {
    const files = createCrashFileSystem();
    const storage = await openStorage(files);
    for (const record of RECORDS) await writeRecord(storage, record);
    const last = RECORDS.findLast((record) => record.kind === "certificate");
    await storage.models.remove(last?.kind === "certificate" ? last.snapshot.hash : "");
    files.restart((count) => count);
    await expect(openRecords(await openStorage(files), shapeOf, PROOFS)).rejects.toMatchObject({
      code: "NODE_JOURNAL_FOREIGN",
    });
  });
});
