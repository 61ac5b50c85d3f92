import {afterEach, describe, expect, it, vi} from "vitest";
import {sha256} from "../../../src/core/index.ts";
import {createSnapshot} from "../../../src/parameters/index.ts";
import type {Frame, SessionSetup} from "../../../src/rounds/index.ts";
import {LAYOUT} from "../consortium.ts";
import {runArena, VALUES} from "./arena.ts";
import {Knowledge} from "./knowledge.ts";
import {expectLaws} from "./laws.ts";
import {bending, madeUpBody, othersOf, proposalBy, type Script, say} from "./liar.ts";

/** Which function leaves its verification out. */
const planted = vi.hoisted((): {name: string} => ({name: ""}));

vi.mock("../../../src/rounds/certificate.ts", async (importOriginal) => {
  const original = await importOriginal<typeof import("../../../src/rounds/certificate.ts")>();
  const unless =
    <Args extends unknown[], Result>(name: string, check: (...args: Args) => Result, pass: Result) =>
    (...args: Args): Result =>
      planted.name === name ? pass : check(...args);
  return {
    ...original,
    bodyFault: unless("bodyFault", original.bodyFault, undefined),
    lockFault: unless("lockFault", original.lockFault, undefined),
    isReadyWord: unless("isReadyWord", original.isReadyWord, true),
    isContradiction: unless("isContradiction", original.isContradiction, true),
    verifyCertificate: unless("verifyCertificate", original.verifyCertificate, undefined),
  };
});

vi.mock("../../../src/rounds/agreement/result-comparison.ts", async (importOriginal) => {
  const original =
    await importOriginal<typeof import("../../../src/rounds/agreement/result-comparison.ts")>();
  return {
    ownVerdict: (...args: Parameters<typeof original.ownVerdict>) =>
      planted.name === "ownVerdict" ? "verified" : original.ownVerdict(...args),
  };
});

vi.mock("../../../src/rounds/quorum.ts", async (importOriginal) => {
  const original = await importOriginal<typeof import("../../../src/rounds/quorum.ts")>();
  return {
    ...original,
    isQuorum: (...args: Parameters<typeof original.isQuorum>) =>
      planted.name === "isQuorum" || original.isQuorum(...args),
  };
});

const LIAR = "member-b";
const HASH = "5c".repeat(32);
const FALSE_MODEL = createSnapshot(sha256, LAYOUT, new Float32Array(VALUES).fill(-3));

const unsigned = new Uint8Array(32);

const withFalseModel =
  (script: Script): Script =>
  (scene) => [{type: "publish-snapshot", snapshot: FALSE_MODEL}, ...script(scene)];

/** As leader, proposes what `change` makes of its exchange's body. */
const proposing = (change: {peakWeight?: number; result?: string}): Script =>
  withFalseModel(({setup, effects}) =>
    bending(effects, "propose", ({ballot, body}) => [proposalBy(setup, ballot, {...body, ...change})]),
  );

/** Says `frameOf` once its own work is done. */
const saying = (frameOf: (scene: Parameters<Script>[0]) => Frame): Script =>
  withFalseModel((scene) => {
    if (scene.event.type !== "contribute") return scene.effects;
    return [...scene.effects, ...say(othersOf(scene.setup), frameOf(scene))];
  });

/** A false body with a vote under every name, of which only the liar's is signed by its bearer. */
const forged = (scene: Parameters<Script>[0], step: "accept" | "commit") => {
  const body = madeUpBody(scene, 15 / 1024, FALSE_MODEL.hash);
  const {votes} = new Knowledge([LIAR]).proofOf(body, 0, step);
  const [own] = votes;
  return {
    body,
    ballot: 0,
    votes: scene.setup.members.map((member) =>
      own?.member === member ? own : {member, signature: unsigned},
    ),
  };
};

/** Another outcome of the round before, with its own vote alone. */
const lateCertificate: Script = (scene) => {
  const {event, effects, round, setup} = scene;
  if (event.type !== "contribute" || round === 0) return effects;
  const body = {...madeUpBody(scene, 15 / 1024, FALSE_MODEL.hash), round: round - 1};
  const certificate = new Knowledge([LIAR]).proofOf(body, 0, "commit");
  const frame: Frame = {run: setup.run, round: round - 1, type: "certificate", certificate};
  return [...effects, ...say(othersOf(setup), frame)];
};

const lockClaim = saying((scene) => ({
  run: scene.setup.run,
  round: scene.round,
  type: "timeout",
  ballot: 0,
  lock: forged(scene, "accept"),
}));

const slander = saying(({setup, round}) => ({
  run: setup.run,
  round,
  type: "contradiction",
  member: "member-a",
  claims: {kind: "ready", contributions: [HASH, "77".repeat(32)], signatures: [unsigned, unsigned]},
}));

const certificateClaim = saying((scene) => ({
  run: scene.setup.run,
  round: scene.round,
  type: "certificate",
  certificate: forged(scene, "commit"),
}));

const falseWords: Script = ({effects}) =>
  bending(effects, "start", (frame) => [
    {
      ...frame,
      participants: frame.participants.map((word) =>
        word.member === "member-a" ? {...word, contribution: HASH, signature: unsigned} : word,
      ),
    },
  ]);

const trusting = (setup: SessionSetup): SessionSetup => ({
  ...setup,
  primitives: {...setup.primitives, verify: () => true},
});

const FAULTS: readonly (readonly [string, Script])[] = [
  ["ownVerdict", proposing({result: FALSE_MODEL.hash})],
  ["bodyFault", proposing({peakWeight: 1024})],
  ["lockFault", lockClaim],
  ["isReadyWord", falseWords],
  ["isContradiction", slander],
  ["verifyCertificate", certificateClaim],
  ["verify", lockClaim],
  ["isQuorum", lateCertificate],
];

afterEach(() => {
  planted.name = "";
});

/*
 * The rules of lock-rules.ts need an order of messages that no script of a liar brings about alone: that they are found
 * when they are left out is shown in model-check-with-liar.test.ts.
 */
describe("verification that is left out", () => {
  for (const [name, script] of FAULTS) {
    const run = (): void => {
      const plant = planted.name === "verify" ? {plant: trusting} : {};
      expectLaws(runArena({n: 4, liars: [LIAR], script, rounds: 8, mostEvents: 20_000, ...plant}));
    };

    it(`in ${name} breaks a law, which holds with it`, () => {
      expect(run).not.toThrow();
      planted.name = name;
      expect(run).toThrow(/expected|names|leaves|make no progress/);
    });
  }
});
