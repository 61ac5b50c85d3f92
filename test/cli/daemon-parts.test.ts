import {describe, expect, it} from "vitest";
import {openAddressMemory} from "../../src/cli/daemon/address-memory.ts";
import {createLogReporter} from "../../src/cli/daemon/reporter.ts";
import {createTextSink} from "../../src/cli/daemon/text-log.ts";
import {statusLine} from "../../src/cli/daemon/view-text.ts";
import {type Clock, CodedError, createJsonLogger, type Logger, silentLogger} from "../../src/core/index.ts";
import type {KnownAddresses} from "../../src/storage/index.ts";
import {SAMPLE_VIEW} from "../status/sample-view.ts";

describe("the log for people", () => {
  it("has time, level, room, message and fields, in one line each", () => {
    const lines: string[] = [];
    const logger = createJsonLogger(
      "debug",
      createTextSink((line) => void lines.push(line)),
    );
    const inRoom = logger.child({run: "ab12", room: "network"});
    inRoom.warn("link lost", {peer: "north", detail: 'said "no"', absent: ["a", "b"], rounds: 3, code: null});
    logger.debug("plain");
    inRoom.error("failed", {reason: "a\nb"});
    inRoom.warn("refused", {detail: "\u001b]0;PWNED\u0007\u009b2J\u202eHEALTHY"});
    const timeless = lines.map((line) => line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, "TIME"));
    expect(timeless).toEqual([
      'TIME warn  network: link lost peer=north detail="said \\"no\\"" absent=a,b rounds=3 code=null\n',
      "TIME debug plain\n",
      'TIME error network: failed reason="a\\nb"\n',
      "TIME warn  network: refused detail=\\u001b]0;PWNED\\u0007\\u009b2J\\u202eHEALTHY\n",
    ]);
  });
});

it("the log counts the rounds of a status from 1, as people do, and stays at the last when the run has ended", () => {
  const lines: string[] = [];
  const reporter = createLogReporter(createJsonLogger("info", {write: (line) => void lines.push(line)}));
  reporter.progress(SAMPLE_VIEW);
  reporter.progress({...SAMPLE_VIEW, activity: "finished", stage: null, round: 17});
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    {round: 5, rounds: 17},
    {round: 17, rounds: 17},
  ]);
});

describe("the status line", () => {
  it("says where the node stands", () => {
    expect(statusLine(SAMPLE_VIEW)).toBe(
      "Training, round 5/17 · peers 1/2 · loss 0.412 · validation AUROC 0.81 [0.74-0.88] · waiting for south · sent 23.7 MB",
    );
    const fresh = {...SAMPLE_VIEW, loss: null, validation: null, waitingFor: [], bytesSent: 0, peers: []};
    expect(statusLine({...fresh, activity: "exchanging", stage: "mean", round: 0})).toBe(
      "Exchanging, statistics, round 1/17 · peers 0/0 · sent 0 B",
    );
    expect(statusLine({...fresh, activity: "finished", stage: null, round: 17})).toBe(
      "Finished, 17/17 rounds · peers 0/0 · sent 0 B",
    );
    expect(statusLine({...fresh, activity: "waiting", stage: null, round: 17})).toBe(
      "Waiting, 17/17 rounds done · peers 0/0 · sent 0 B",
    );
  });
});

/** A clock whose timers are fired by hand, and a state directory that remembers what was written. */
function bench(fail = false) {
  const timers: (() => void)[] = [];
  const written: KnownAddresses[] = [];
  const warnings: string[] = [];
  const clock: Clock = {
    nowMs: () => 0,
    wallMs: () => 0,
    after(_, action) {
      timers.push(action);
      return () => void timers.splice(timers.indexOf(action), 1);
    },
  };
  const logger: Logger = {...silentLogger, warn: (message) => void warnings.push(message)};
  const state = {
    readAddresses: async () => ({addresses: {old: ["/ip4/1.1.1.1/tcp/1"]}}),
    async writeAddresses(addresses: KnownAddresses) {
      if (fail) throw new CodedError("STORAGE_FULL", "no room");
      written.push(addresses);
    },
  };
  return {timers, written, warnings, open: () => openAddressMemory({state, clock, logger})};
}

describe("the address memory", () => {
  it("writes a burst of news once, on top of what it knew", async () => {
    const {timers, written, open} = bench();
    const memory = await open();
    expect(memory.known).toEqual({old: ["/ip4/1.1.1.1/tcp/1"]});
    memory.remember("a", ["/x"]);
    memory.remember("b", ["/y"]);
    memory.remember("a", ["/z"]);
    expect([timers.length, written.length]).toEqual([1, 0]);
    timers.shift()?.();
    await memory.close();
    expect(written).toEqual([{old: ["/ip4/1.1.1.1/tcp/1"], a: ["/z"], b: ["/y"]}]);
  });

  it("writes what is left when it is closed, and nothing when nothing is", async () => {
    const {timers, written, open} = bench();
    const memory = await open();
    await memory.close();
    expect(written).toEqual([]);
    memory.remember("a", ["/x"]);
    await memory.close();
    expect([timers.length, written.length]).toEqual([0, 1]);
  });

  it("bears a full disk with a warning", async () => {
    const {warnings, open} = bench(true);
    const memory = await open();
    memory.remember("a", ["/x"]);
    await memory.close();
    expect(warnings).toEqual(["addresses could not be kept"]);
  });
});
