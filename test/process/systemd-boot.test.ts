import {spawnSync} from "node:child_process";
import {copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {expect, it, onTestFinished} from "vitest";
import {z} from "zod";

const ROOT = path.resolve(import.meta.dirname, "../..");
const PATIENCE_MS = 60_000;
const SHARE = "/mnt";

/** Why no machine can be booted here; null: one can. */
function obstacle(): string | null {
  if (process.getuid?.() !== 0) return "this user is not root";
  if (!existsSync("/lib/systemd/systemd")) return "systemd is not installed";
  const {status, stderr} = spawnSync(
    "systemd-nspawn",
    [...MACHINE, "--register=no", "--keep-unit", "--as-pid2", "/bin/true"],
    {encoding: "utf8"},
  );
  if (status === 0) return null;
  return status === null ? "systemd-nspawn is not installed" : stderr.trim().replaceAll("\n", " ");
}

/** The files of this machine under a fresh root, on which nothing of it can be changed. */
const MACHINE = ["--quiet", "--directory=/", "--volatile=yes", "--private-network"];
const why = obstacle();
if (why !== null) console.warn(`the unit is not booted, as ${why}`);

/** The shell blocks of a section of docs/operators.md. */
function blocksOf(heading: string): readonly string[] {
  const text = readFileSync(path.join(ROOT, "docs/operators.md"), "utf8");
  const section = text.slice(text.indexOf(`## ${heading}\n`)).split(/\n## /)[0] ?? "";
  return [...section.matchAll(/```sh\n(.*?)```/gs)].map(([, block = ""]) => block);
}

/** What an operator does, each step's output and status in files of its own. */
const OPERATOR = `#!/bin/sh
step() {
  name=$1; shift
  "$@" >${SHARE}/$name.out 2>${SHARE}/$name.err </dev/null
  status=$?
  echo $status >${SHARE}/$name.status
  [ $status = 0 ] || exit 1
}
answers() { for _ in $(seq 60); do consilium status --config /etc/consilium/node.yaml && return; sleep 0.2; done; return 1; }
shown() { systemctl show -p ActiveState,ExecMainStatus,NRestarts,User consilium; }

install -D /opt/node /usr/local/bin/node
install -D -m 0644 -t /srv/consilium/data ${SHARE}/north.csv
step install sh -e ${SHARE}/install.sh
cd /etc/consilium
sed 's|^root: .*|root: /srv/consilium/data|' ${SHARE}/task.yaml >task.yaml
{ printf 'formatVersion: 1\\nconsortium: one\\nmembers:\\n'; cat ${SHARE}/install.out; } >roster.yaml
step plan consilium plan new --task task.yaml --roster roster.yaml
cp ${SHARE}/plan.out plan.yaml
hash=$(consilium plan show plan.yaml | sed -n 's/^Hash to approve: //p')
cat >node.yaml <<END
formatVersion: 1
site: north
state: /var/lib/consilium/state
roster: roster.yaml
plan: plan.yaml
approvedPlan: $hash
task: task.yaml
status: {tokenFile: /etc/consilium/status.token}
log: {format: json}
END
step start sh -e ${SHARE}/start.sh
step status answers
step doctor consilium doctor --config node.yaml
(umask 077; echo 'a passphrase of some length' >/run/passphrase)
step backup consilium backup /run/node.backup --config node.yaml --passphrase-file /run/passphrase
step stop systemctl stop consilium
step stopped shown
rm -r /var/lib/consilium/state
step restore consilium restore /run/node.backup --config node.yaml --passphrase-file /run/passphrase
step owners find /var/lib/consilium/state -printf '%u\\n'
step again systemctl start consilium
step asked answers
step running shown
sed -i 's/^approvedPlan: .*/approvedPlan: ${"a".repeat(64)}/' node.yaml
systemctl restart consilium
sleep 3
step refused shown
step journal journalctl -u consilium -o json --no-pager
`;

interface Step {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** The folder that the machine shares with the test, with all that the operator is given. */
function makeShare(): string {
  const share = mkdtempSync(path.join(tmpdir(), "consilium-boot-"));
  onTestFinished(() => rmSync(share, {recursive: true}));
  const [install = "", start = ""] = blocksOf("A service of systemd");
  writeFileSync(path.join(share, "install.sh"), install.replace("--site leeds", "--site north"));
  writeFileSync(path.join(share, "start.sh"), start);
  copyFileSync(path.join(ROOT, "config/synthetic-heart/north.csv"), path.join(share, "north.csv"));
  copyFileSync(path.join(ROOT, "config/presets/synthetic-heart.task.yaml"), path.join(share, "task.yaml"));
  writeFileSync(path.join(share, "operator.sh"), OPERATOR, {mode: 0o755});
  return share;
}

/** Boots a machine on which the operator does all steps, and which then powers off; what it says. */
function boot(share: string): string {
  const words = [
    ...MACHINE,
    "--register=no",
    "--keep-unit",
    `--machine=consilium-${process.pid}`,
    "--tmpfs=/usr/local/bin",
    `--bind=${share}:${SHARE}`,
    `--bind-ro=${ROOT}:/opt/consilium`,
    `--bind-ro=${process.execPath}:/opt/node`,
    "--boot",
    "--console=pipe",
    // There is no network to wait for.
    "systemd.mask=systemd-networkd-wait-online.service",
    `systemd.run=${SHARE}/operator.sh`,
    "systemd.run_success_action=poweroff",
    "systemd.run_failure_action=poweroff",
  ];
  return spawnSync("systemd-nspawn", words, {encoding: "utf8", input: "", timeout: PATIENCE_MS}).stderr;
}

function stepIn(share: string, name: string): Step {
  const read = (end: string): string => {
    const file = path.join(share, `${name}.${end}`);
    return existsSync(file) ? readFileSync(file, "utf8") : "absent";
  };
  return {status: Number(read("status")), out: read("out"), err: read("err")};
}

const lineSchema = z.object({PRIORITY: z.string(), MESSAGE: z.string()});

it.skipIf(why !== null)(
  "a machine that boots the unit, installed word for word as the document says, trains, is backed up and restored",
  () => {
    const share = makeShare();
    const said = boot(share);
    const step = (name: string): Step => stepIn(share, name);
    const names = [
      "install",
      "plan",
      "start",
      "status",
      "doctor",
      "backup",
      "stop",
      "restore",
      "again",
      "asked",
    ];
    for (const name of names)
      expect(step(name).status, `${name}: ${JSON.stringify(step(name))}; ${said}`).toBe(0);
    for (const name of ["start", "doctor"]) {
      expect(step(name).out).not.toMatch(/\[FAIL\]/);
      expect(step(name).out).toMatch(/\[PASS\] D04 .*\n\[PASS\] D05 /);
      expect(step(name).out).toMatch(/\[PASS\] D17 /);
    }
    expect(step("stopped").out).toMatch(/ExecMainStatus=0\n/);
    expect(new Set(step("owners").out.trim().split("\n"))).toEqual(new Set(["consilium"]));
    expect(step("running").out).toMatch(/ActiveState=active\n/);
    expect(step("refused").out).toMatch(/NRestarts=0\n.*ExecMainStatus=78\n.*ActiveState=failed\n/s);
    const lines = step("journal").out.trim().split("\n");
    const journal = lines.map((line) => lineSchema.parse(JSON.parse(line)));
    const levelOf = (text: RegExp): string | undefined =>
      journal.find(({MESSAGE}) => text.test(MESSAGE))?.PRIORITY;
    expect([levelOf(/the node is up/), levelOf(/^NODE_PLAN_NOT_APPROVED: /)]).toEqual(["6", "3"]);
  },
  PATIENCE_MS,
);
