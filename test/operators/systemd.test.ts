import {cpSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {describe, expect, it} from "vitest";
import {EXIT_STATUSES} from "../../src/cli/exit-status.ts";
import {nodeConfigSchema} from "../../src/config/index.ts";
import {OPERATORS, textOf} from "./files.ts";
import {hasTool, runTool} from "./tools.ts";

const FILE = "systemd/consilium.service";
const hasAnalyze = hasTool("systemd-analyze", "whether systemd understands the unit");

/** Directives of a unit by name, each with all that it is given. */
function directivesOf(text: string): ReadonlyMap<string, readonly string[]> {
  const directives = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [, name = "", value = ""] = /^([A-Z]\w+)=(.*)$/.exec(line) ?? [];
    if (name !== "") directives.set(name, [...(directives.get(name) ?? []), value]);
  }
  return directives;
}

/** What a sandbox must have; a value of null only has to be there. */
const SANDBOX: Readonly<Record<string, string | null>> = {
  User: "consilium",
  RestrictSUIDSGID: "yes",
  RemoveIPC: "yes",
  NoNewPrivileges: "yes",
  ProtectSystem: "strict",
  ProtectHome: "yes",
  PrivateTmp: "yes",
  PrivateDevices: "yes",
  CapabilityBoundingSet: "",
  RestrictNamespaces: "yes",
  StateDirectoryMode: "0700",
  UMask: "0077",
  MemoryMax: null,
  Restart: "on-failure",
  KillSignal: "SIGTERM",
};

function sandboxFaults(text: string): string[] {
  const directives = directivesOf(text);
  return Object.entries(SANDBOX)
    .filter(([name, wanted]) => {
      const given = directives.get(name)?.at(-1);
      return given === undefined || (wanted !== null && given !== wanted);
    })
    .map(([name]) => name);
}

describe("the unit of systemd", () => {
  const text = textOf(FILE);
  const directives = directivesOf(text);
  const one = (name: string): string => directives.get(name)?.at(-1) ?? "";

  it("shuts the node in, and only its own state can be written", () => {
    expect(sandboxFaults(text)).toEqual([]);
    expect(directives.has("ReadWritePaths")).toBe(false);
    expect(one("ReadOnlyPaths").split(" ")).toContain("-/srv/consilium/data");
    expect(one("User")).not.toBe("root");
  });

  it.each(Object.keys(SANDBOX))("is found wanting without %s", (name) => {
    expect(sandboxFaults(text.replace(new RegExp(`^${name}=.*$`, "m"), ""))).toEqual([name]);
  });

  it("does not start anew what that does not mend, and waits longer for the end than a node takes", () => {
    // 127 is what env ends with where there is no Node.
    expect(one("RestartPreventExitStatus").split(" ").map(Number)).toEqual([65, 77, 78, 127]);
    for (const status of [65, 77, 78] as const)
      expect(EXIT_STATUSES[status]).toMatch(/data|permission|configuration/);
    expect(Number.parseInt(one("TimeoutStopSec"), 10)).toBeGreaterThan(5);
  });

  it("starts the command that there is, with the token where its comment has node.yaml look for it", () => {
    expect(one("ExecStart")).toBe(
      "/usr/bin/env node /opt/consilium/dist/cli/main.js start --config /etc/consilium/node.yaml",
    );
    const tokenFile = "/etc/consilium/status.token";
    expect(text).toContain(`{tokenFile: ${tokenFile}}`);
    expect(text).toContain(`#   ${tokenFile} `);
    const config = {
      formatVersion: 1,
      site: "north",
      state: `/var/lib/${one("StateDirectory")}/state`,
      roster: "roster.yaml",
      plan: "plan.yaml",
      approvedPlan: "0".repeat(64),
      task: "task.yaml",
      status: {tokenFile},
      log: {format: "json"},
    };
    expect(text).toContain(`state: ${config.state}`);
    expect(nodeConfigSchema.safeParse(config).success).toBe(true);
  });

  it.skipIf(!hasAnalyze)(
    "is understood by systemd, which rates its exposure as low, and finds a misspelt directive",
    () => {
      const folder = mkdtempSync(path.join(tmpdir(), "consilium-unit-"));
      const unit = path.join(folder, "consilium.service");
      try {
        cpSync(path.join(OPERATORS, FILE), unit);
        // What stands in ExecStart need not be on this machine.
        const here = text.replace("/usr/bin/env node", process.execPath);
        writeFileSync(unit, here);
        expect(runTool("systemd-analyze", ["verify", "--man=no", unit], folder)).toEqual({
          status: 0,
          text: "",
        });
        const rating = runTool(
          "systemd-analyze",
          ["security", "--offline=yes", "--threshold=20", unit],
          folder,
        );
        expect(rating, rating.text).toMatchObject({status: 0});
        writeFileSync(unit, here.replace("NoNewPrivileges", "NoNewPriviliges"));
        expect(runTool("systemd-analyze", ["verify", "--man=no", unit], folder).text).toContain(
          "NoNewPriviliges",
        );
      } finally {
        rmSync(folder, {recursive: true});
      }
    },
  );
});
