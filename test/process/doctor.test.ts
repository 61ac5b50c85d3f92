import {chmod, rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {CHECKS} from "../../src/cli/doctor/examine.ts";
import {runProgram, startProgram} from "../cli/process.ts";
import {type SmallConsortium, smallConsortium} from "../cli/small-consortium.ts";

const doctor = ({first}: SmallConsortium, ...more: readonly string[]) =>
  runProgram(["doctor", "--config", first.configPath, ...more]);

/** Levels by id of lines such as `[PASS] D01 Node - 22.4.1`. */
function levelsOf(stdout: string): ReadonlyMap<string, string> {
  return new Map(
    [...stdout.matchAll(/^\[([A-Z]+)\] (D\d\d) /gm)].map(([, level = "", id = ""]) => [id, level]),
  );
}

describe("consilium doctor", () => {
  it("passes a sound node beside running ones, twice, with its own daemon running the second time", async () => {
    const consortium = await smallConsortium();
    const south = startProgram(["start", "--config", consortium.second.configPath]);
    const [, address = ""] = await south.line(/^listening +(\S+)$/);
    await consortium.set(consortium.first, "bootstrap", [address]);
    const alone = await doctor(consortium);
    expect([alone.status, alone.stderr], alone.stdout).toEqual([0, ""]);
    const levels = levelsOf(alone.stdout);
    expect([...levels.keys()]).toEqual(Object.keys(CHECKS));
    expect([...levels].filter(([id, level]) => level !== "PASS" && id !== "D01" && id !== "D03")).toEqual([]);
    expect(alone.stdout).toMatch(/^\[PASS\] D18 peers - \S+ is south, after \d+ ms$/m);
    expect(alone.stdout).toMatch(/^\[PASS\] D11 data - read and split; features 12; train .* 100-199 /m);
    expect(alone.stdout).not.toContain("north.csv");

    const north = startProgram(["start", "--config", consortium.first.configPath]);
    const [, port = ""] = await north.line(/^listening +\/ip4\/127\.0\.0\.1\/tcp\/(\d+)/);
    const [, statusPort = ""] = await north.line(/^status +http:\/\/127\.0\.0\.1:(\d+)/);
    await consortium.set(consortium.first, "listen", [`/ip4/127.0.0.1/tcp/${port}`]);
    await consortium.set(consortium.first, "status", {
      port: Number(statusPort),
      tokenFile: "../status.token",
    });
    const beside = await doctor(consortium, "--json");
    expect([beside.status, beside.stderr], beside.stdout).toEqual([0, ""]);
    const {schema, findings} = JSON.parse(beside.stdout) as {
      schema: number;
      findings: {id: string; level: string; found: string}[];
    };
    expect(schema).toBe(1);
    const found = (id: string): string => findings.find((finding) => finding.id === id)?.found ?? "";
    expect([found("D15"), found("D16")]).toEqual([
      expect.stringMatching(/is held by this node's daemon$/),
      expect.stringMatching(/is held by this node's daemon$/),
    ]);
    expect(findings.find(({id}) => id === "D06")?.level).toBe("warn");
  });

  it("goes through all checks though many fail, and ends with the first failure's line and status", async () => {
    const consortium = await smallConsortium();
    const {root, first} = consortium;
    await chmod(join(first.state, "node.key"), 0o644);
    await rm(join(root, "north.csv"));
    await writeFile(join(root, "plan.yaml"), "formatVersion: 1\n");
    const {status, stdout, stderr} = await doctor(consortium);
    const levels = levelsOf(stdout);
    expect([...levels].filter(([, level]) => level === "FAIL").map(([id]) => id)).toEqual([
      "D05",
      "D09",
      "D11",
      "D18",
    ]);
    expect([levels.get("D08"), levels.get("D12"), levels.get("D13")]).toEqual(["WARN", "WARN", "WARN"]);
    expect(stderr).toMatch(
      /^STORAGE_UNSAFE_PERMISSIONS: D05 node key: .*; 3 more failed\. Run chmod 600 [^\n]*\n$/,
    );
    expect(status).toBe(77);
    const lines = stdout.trimEnd().split("\n");
    for (const [index, line] of lines.entries()) {
      const isMending = line.startsWith(" ".repeat(7));
      const before = lines[index - 1] ?? "";
      expect(isMending || /^\[(PASS|WARN|FAIL)\] D\d\d [A-Za-z ]+ - \S/.test(line), line).toBe(true);
      expect(/^\[(WARN|FAIL)\]/.test(before), line).toBe(isMending);
    }
  });

  it("has one line for a node.yaml that is none, or whose status others could reach", async () => {
    const consortium = await smallConsortium();
    await consortium.set(consortium.first, "status", {host: "0.0.0.0"});
    const open = await doctor(consortium);
    expect(open.stderr).toMatch(
      /^CONFIG_INVALID: [^\n]*tokenFile or tls\.clientCa must be named too[^\n]*\n$/,
    );
    expect([open.status, open.stdout]).toEqual([78, ""]);
  });
});
