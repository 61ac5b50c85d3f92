import {describe, expect, it} from "vitest";
import {checkPeers} from "../../src/cli/doctor/check-peers.ts";
import {checkListen, checkStatusGuard, checkStatusPort} from "../../src/cli/doctor/check-ports.ts";
import type {Roster} from "../../src/consortium/index.ts";
import {CodedError} from "../../src/core/index.ts";
import type {ProbedAddress} from "../../src/network/index.ts";

/** Self-signed, Ed25519, for 127.0.0.1, good from 2026-01-01 to 2027-01-01; made by `openssl ca -selfsign`. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIHPMIGCAgEBMAUGAytlcDAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwHhcNMjYwMTAx
MDAwMDAwWhcNMjcwMTAxMDAwMDAwWjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwKjAF
BgMrZXADIQDYaDrr/xm6hbX6VxO+MdiA1taZlF0tMEMHrHEN0KkJGjAFBgMrZXAD
QQDcXn0dyEoVXKkDcYpJD1C/jzAwzsXF1HCdCmIJvLalq4s+1Kt9AYpNgLUwX4WN
zBPEISEuJ90F8mRJTqg4B2kL
-----END CERTIFICATE-----
`;
const NOW_MS = Date.parse("2026-06-01T00:00:00Z");
const probes = {host: "127.0.0.1", port: 9700};
const status = {host: "127.0.0.1", port: 9600, probes, allowedHosts: []};
const facts = {wallMs: NOW_MS, ownTokenFile: "/state/status.token"};

const ERROR = new CodedError("STORAGE_UNREADABLE", "cannot read it", {hint: "Let it be read."});

describe("D15 and D16, ports", () => {
  const listening = (code: string | null) => async () => code;
  it.each([
    ["/ip4/0.0.0.0/tcp/4001", null, false, "pass", /is free/],
    ["/ip4/0.0.0.0/tcp/0", "EADDRINUSE", false, "pass", /any free port/],
    ["/ip4/0.0.0.0/tcp/4001", "EADDRINUSE", true, "pass", /this node's daemon/],
    ["/ip4/0.0.0.0/tcp/4001", "EADDRINUSE", false, "fail", /in use by another program/],
    ["/ip4/192.0.2.1/tcp/4001", "EADDRNOTAVAIL", true, "fail", /no address of this machine/],
    ["/ip4/127.0.0.1/tcp/80", "EACCES", false, "fail", /may not be listened on by this user \(EACCES\)/],
    ["/ip4/127.0.0.1/udp/4001", null, false, "fail", /no address to listen on/],
  ] as const)("listens on %s: %s, %s", async (address, code, isOwn, ...expected) => {
    const asked: string[] = [];
    const finding = await checkListen(address, listening(code), async (reached) => {
      asked.push(reached);
      return isOwn;
    });
    const [level, text] = expected as [string, RegExp];
    expect(finding).toMatchObject({level});
    expect(finding.found).toMatch(text);
    expect(asked.filter((reached) => reached.includes("0.0.0.0"))).toEqual([]);
  });

  it.each([
    [9600, null, "no", "pass"],
    [0, "EADDRINUSE", "no", "pass"],
    [9600, "EADDRINUSE", "yes", "pass"],
    [9600, "EADDRINUSE", "perhaps", "warn"],
    [9600, "EADDRINUSE", "no", "fail"],
    [9600, "EADDRNOTAVAIL", "no", "fail"],
  ] as const)("status on port %i: %s, %s", async (port, code, isOwn, level) => {
    for (const block of ["status", "status.probes"] as const) {
      const finding = await checkStatusPort({...status, port, block}, listening(code), async () => isOwn);
      expect(finding).toMatchObject({level});
      expect(finding.found.startsWith("probes: ")).toBe(block === "status.probes");
      expect(finding.mend ?? `under \`${block}\` in node.yaml`).toContain(`under \`${block}\` in node.yaml`);
    }
  });

  const pem = new TextEncoder().encode(CERTIFICATE);
  it.each([
    ["127.0.0.1", {value: {token: null, tls: null}}, "pass", /this machine alone can ask$/],
    ["127.0.0.1", {value: {token: "t", tls: null}}, "pass", /alone can ask, with a token$/],
    ["10.1.2.3", {value: {token: "t", tls: null}}, "warn", /in clear/],
    [
      "10.1.2.3",
      {value: {token: "t", tls: {cert: pem, key: pem, clientCa: pem}}},
      "pass",
      /a token and clients' certificates, over TLS/,
    ],
    ["10.1.2.3", {error: ERROR}, "fail", /cannot read it/],
  ] as const)("status on %s", (host, secrets, level, text) => {
    const finding = checkStatusGuard({...status, host}, secrets, facts);
    expect(finding).toMatchObject({level});
    expect(finding.found).toMatch(text);
  });
});

describe("D17 status guard", () => {
  it("warns of a token that the daemon will make, and fails for another that is not there", () => {
    const missing = {error: new CodedError("CONFIG_TOKEN_MISSING", "there is no token", {hint: "Make it."})};
    const own = {...status, tokenFile: facts.ownTokenFile};
    expect(checkStatusGuard(own, missing, facts)).toMatchObject({
      level: "warn",
      found: "there is no token yet",
    });
    const named = {...status, tokenFile: "/etc/consilium/status.token"};
    for (const [of, secrets] of [
      [named, missing],
      [own, {error: ERROR}],
    ] as const)
      expect(checkStatusGuard(of, secrets, facts)).toMatchObject({level: "fail"});
  });

  const pem = new TextEncoder().encode(CERTIFICATE);
  const secrets = {value: {token: "t", tls: {cert: pem, key: pem, clientCa: null}}};
  it.each([
    ["2026-12-17T00:00:00Z", {level: "pass"}],
    [
      "2026-12-19T00:00:00Z",
      {level: "warn", found: expect.stringMatching(/runs out on 2027-01-01, in 13 days$/)},
    ],
    ["2026-12-30T12:00:00Z", {level: "warn", found: expect.stringMatching(/in 1 day$/)}],
    ["2026-12-31T12:00:00Z", {level: "warn", found: expect.stringMatching(/in less than a day$/)}],
    [
      "2027-01-02T00:00:00Z",
      {level: "fail", code: "CLI_DOCTOR_CERTIFICATE", found: expect.stringMatching(/ran out on 2027-01-01$/)},
    ],
  ])("says on %s how long the certificate is good", (now, expected) => {
    for (const host of ["127.0.0.1", "10.1.2.3"]) {
      expect(checkStatusGuard({...status, host}, secrets, {...facts, wallMs: Date.parse(now)})).toMatchObject(
        expected,
      );
    }
  });

  it("fails where there is no certificate in the file", () => {
    const cert = new Uint8Array(1);
    const broken = {value: {token: "t", tls: {cert, key: cert, clientCa: null}}};
    expect(checkStatusGuard(status, broken, facts)).toMatchObject({
      level: "fail",
      code: "STATUS_TLS_INVALID",
    });
  });
});

describe("D18 peers", () => {
  const role = "trainer" as const;
  const roster: Roster = {
    formatVersion: 1,
    consortium: "c",
    members: [
      {name: "north", peerId: "P1", role, addresses: ["/ip4/192.0.2.1/tcp/4001"]},
      {name: "south", peerId: "P2", role, addresses: ["/ip4/192.0.2.2/tcp/4001"]},
      {name: "west", peerId: "P3", role},
    ],
  };
  const network = {site: "north", listen: ["/ip4/0.0.0.0/tcp/4001"], bootstrap: [] as string[], mdns: false};
  const peer = (id: string): ProbedAddress => ({kind: "peer", peer: id, tookMs: 12.4});
  const levels = async (answer: ProbedAddress, bootstrap: string[] = [], of = roster) =>
    (await checkPeers({value: of}, {...network, bootstrap}, async () => answer)).map(({level, code}) =>
      code === undefined ? level : `${level} ${code}`,
    );

  it("asks every address of the others once, and never this node's own", async () => {
    const asked: string[] = [];
    const bootstrap = ["/ip4/192.0.2.2/tcp/4001", "/dns4/x/tcp/1/p2p/P3"];
    await checkPeers({value: roster}, {...network, bootstrap}, async (address) => {
      asked.push(address);
      return peer("P2");
    });
    expect(asked).toEqual(["/ip4/192.0.2.2/tcp/4001", "/dns4/x/tcp/1/p2p/P3"]);
  });

  it("passes the member that the roster has there, and any member where none is named", async () => {
    expect(await levels(peer("P2"))).toEqual(["pass"]);
    expect(await levels(peer("P2"), ["/dns4/x/tcp/1"])).toEqual(["pass", "pass"]);
  });

  it.each([
    ["another member", peer("P3")],
    ["somebody who is not on the roster", peer("P9")],
    ["no node", {kind: "foreign"} as const],
  ])("fails where %s answers", async (_, answer) => {
    expect(await levels(answer)).toEqual(["fail CLI_DOCTOR_STRANGER"]);
  });

  it("fails for a bootstrap address that leads to nobody of the roster", async () => {
    expect(await levels(peer("P2"), ["/dns4/x/tcp/1/p2p/P3"])).toEqual(["pass", "fail CLI_DOCTOR_STRANGER"]);
    expect(await levels(peer("P9"), ["/dns4/x/tcp/1/p2p/P9"])).toEqual([
      "fail CLI_DOCTOR_STRANGER",
      "fail CLI_DOCTOR_STRANGER",
    ]);
  });

  it("warns of an address that does not answer, and fails when none does", async () => {
    const silent: ProbedAddress = {kind: "unreachable", reason: "timeout"};
    expect(await levels(silent)).toEqual(["warn", "fail CLI_DOCTOR_NO_PEERS"]);
    const some = async (address: string): Promise<ProbedAddress> =>
      address.includes("192.0.2.2") ? peer("P2") : silent;
    const findings = await checkPeers({value: roster}, {...network, bootstrap: ["/dns4/x/tcp/1"]}, some);
    expect(findings.map(({level}) => level)).toEqual(["pass", "warn"]);
  });

  it("asks at most eight at a time, and keeps their order", async () => {
    let underWay = 0;
    let most = 0;
    const bootstrap = Array.from({length: 40}, (_, index) => `/ip4/192.0.2.9/tcp/${index + 1}`);
    const findings = await checkPeers({value: roster}, {...network, bootstrap}, async (address) => {
      most = Math.max(most, ++underWay);
      await Promise.resolve();
      underWay -= 1;
      return address.endsWith("/7") ? peer("P9") : peer("P2");
    });
    expect([findings.length, most, findings.findIndex(({level}) => level === "fail")]).toEqual([41, 8, 7]);
  });

  it("tells a node that nobody can find from one that waits", async () => {
    const alone = {...roster, members: roster.members.map(({name, peerId}) => ({name, peerId, role}))};
    const ask = async (): Promise<ProbedAddress> => ({kind: "foreign"});
    const of = async (change: Partial<typeof network>) =>
      (await checkPeers({value: alone}, {...network, ...change}, ask)).map(({level}) => level);
    expect(await of({})).toEqual(["warn"]);
    expect(await of({mdns: true})).toEqual(["pass"]);
    expect(await of({listen: ["/ip4/127.0.0.1/tcp/0"]})).toEqual(["fail"]);
    expect(await levels({kind: "foreign"}, [], {...roster, members: roster.members.slice(0, 1)})).toEqual([
      "pass",
    ]);
    expect(await checkPeers({error: ERROR}, network, ask)).toMatchObject([{level: "warn"}]);
  });

  it("fails for an address that cannot be asked", async () => {
    const findings = await checkPeers({value: roster}, network, () => Promise.reject(ERROR));
    expect(findings).toMatchObject([{level: "fail", code: ERROR.code}]);
  });
});
