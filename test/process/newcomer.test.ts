import {rm} from "node:fs/promises";
import {createServer} from "node:net";
import {join} from "node:path";
import {describe, expect, it, onTestFinished} from "vitest";
import {runProgram} from "../cli/process.ts";
import {smallConsortium} from "../cli/small-consortium.ts";
import {slideOf, slidesWith} from "../data/slides.ts";
import {errorLines} from "./error-lines.ts";

/** What a newcomer runs, and in which environment. */
type Words = readonly [words: readonly string[], variables?: NodeJS.ProcessEnv];

/** One of the first evening's mistakes: what was done, and the line that tells what, where and how to mend it. */
type Mistake = readonly [
  what: string,
  make: () => Promise<Words>,
  expected: readonly [status: number, what: RegExp, where: RegExp, mend: RegExp],
];

/** The port of a server of someone else's on loopback; closed at once when `isClosed`. */
async function portOf(isClosed = false): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (isClosed) await new Promise((resolve) => server.close(resolve));
  else onTestFinished(() => void server.close());
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** A module, loaded before the program, for which it is `shiftMs` later than it is. */
function shifted(shiftMs: number): NodeJS.ProcessEnv {
  const source = `const now=Date.now;Date.now=()=>now()+(${shiftMs})`;
  return {NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(source)}`};
}

const MISTAKES: readonly Mistake[] = [
  [
    "a wrong column",
    async () => {
      const {root, first, edit} = await smallConsortium();
      await edit(join(root, "north.csv"), (text) => text.replace("cholesterol", "cholesterin"));
      return [["start", "--config", first.configPath]];
    },
    [65, /^DATA_COLUMN_MISSING: /, /north\.csv:1: .*"cholesterol"/, /Did you mean "cholesterin"\?$/],
  ],
  [
    "a file that is not there",
    async () => {
      const {root, first} = await smallConsortium();
      await rm(join(root, "north.csv"));
      return [["start", "--config", first.configPath]];
    },
    [66, /^DATA_FILE_MISSING: /, /north\.csv/, /\. \S.*\.$/],
  ],
  [
    "features of another extractor",
    async () => {
      const patients = Array.from({length: 12}, (_, index) => `p${index}`);
      const {folder, site} = await slidesWith({
        files: {
          "clini.csv": [
            "PATIENT,isMSIH",
            ...patients.map((id, i) => `${id},${i % 2 ? "MSIH" : "nonMSIH"}`),
          ].join("\n"),
          "slides.csv": ["PATIENT,FILENAME", ...patients.map((id) => `${id},${id}.h5`)].join("\n"),
        },
        slides: Object.fromEntries(
          patients.map((id, i) => [
            `${id}.h5`,
            slideOf(3, i, {extractor: i === 0 ? "another-one" : "invented"}),
          ]),
        ),
      });
      return [["data", "check", "--task", join(folder, "msi.task.yaml"), "--site", site]];
    },
    [
      65,
      /^DATA_EXTRACTOR_DIFFERS: /,
      /another-one/,
      /Extract the features with that of the task, at all sites\.$/,
    ],
  ],
  [
    "no peers, as none is started",
    async () => {
      const {first, set} = await smallConsortium();
      await set(first, "bootstrap", [`/ip4/127.0.0.1/tcp/${await portOf(true)}`]);
      return [["doctor", "--config", first.configPath]];
    },
    [
      69,
      /^CLI_DOCTOR_NO_PEERS: D18 peers: none of 1 addresses/,
      /of other members/,
      /try again when one is\.$/,
    ],
  ],
  [
    "no peers, as no address is known",
    async () => {
      const {first} = await smallConsortium();
      return [["doctor", "--config", first.configPath]];
    },
    [
      69,
      /^CLI_DOCTOR_NO_PEERS: D18 peers: no address of another member/,
      /none can find it/,
      /under `bootstrap` in node\.yaml\.$/,
    ],
  ],
  [
    "a clock that is ten minutes slow",
    async () => {
      const {first} = await smallConsortium();
      return [["doctor", "--config", first.configPath], shifted(-600_000)];
    },
    [78, /^CLI_DOCTOR_CLOCK: D03 clock: .* before a file/, /the state directory/, /Set the clock, .*\.$/],
  ],
  [
    "a clock of another year",
    async () => {
      const {first} = await smallConsortium();
      return [["doctor", "--config", first.configPath], shifted(-2e12 + Date.UTC(2030, 0) - Date.now())];
    },
    [
      78,
      /^CLI_DOCTOR_CLOCK: D03 clock: /,
      /1966-.*Z is before this version was written/,
      /Set the clock, .*\.$/,
    ],
  ],
  [
    "a plan that this site has not approved",
    async () => {
      const {root, first, edit} = await smallConsortium();
      await edit(join(root, "plan.yaml"), (text) => text.replace("rounds: 3", "rounds: 4"));
      return [["start", "--config", first.configPath]];
    },
    [
      78,
      /^NODE_PLAN_NOT_APPROVED: /,
      /the plan file's hash is [0-9a-f]{64}/,
      /under approvedPlan in node\.yaml\.$/,
    ],
  ],
  [
    "fewer patients than it takes",
    async () => {
      const {root, first, edit} = await smallConsortium();
      await edit(join(root, "north.csv"), (text) => text.split("\n").slice(0, 2).join("\n"));
      return [["start", "--config", first.configPath]];
    },
    [65, /^NODE_TOO_FEW_PATIENTS: /, /north has fewer than 2 train patients/, /take part as an evaluator\.$/],
  ],
  [
    "a port that is in use",
    async () => {
      const {first, set} = await smallConsortium();
      await set(first, "listen", [`/ip4/127.0.0.1/tcp/${await portOf()}`]);
      return [["start", "--config", first.configPath]];
    },
    [69, /^NETWORK_PORT_IN_USE: /, /\/ip4\/127\.0\.0\.1\/tcp\/\d+/, /choose another port to listen on\.$/],
  ],
];

describe("one line says what, where and how to mend it, of", () => {
  it.each(MISTAKES)("%s", async (_, make, [status, ...patterns]) => {
    const [words, variables] = await make();
    const ended = await runProgram(words, variables);
    const lines = errorLines(ended.stderr);
    expect(lines, ended.stdout).toHaveLength(1);
    for (const pattern of patterns) expect(lines[0]).toMatch(pattern);
    expect(ended.status).toBe(status);
  });
});
