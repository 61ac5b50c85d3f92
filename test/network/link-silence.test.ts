import {describe, expect, it} from "vitest";
import {createLinkTable} from "../../src/network/link-table.ts";

const WALL_MS = 1_700_000_000_000;
const PEER = "12D3KooWPeer";

function openTable() {
  const time = {nowMs: 5000};
  const clock = {nowMs: () => time.nowMs, wallMs: () => WALL_MS + time.nowMs};
  const told: string[] = [];
  const events = {onLinkUp: () => void told.push("up"), onLinkDown: () => void told.push("down")};
  const table = createLinkTable([PEER], {clock, events, silentMs: 10_000});
  const record = table.demand(PEER);
  record.up({address: "/ip4/127.0.0.1/tcp/1", direction: "outbound"});
  record.setRtt(() => 13);
  record.addReceived(4);
  return {time, table, record, told, link: () => table.links()[0]};
}

describe("a link over which nothing comes", () => {
  it("is silent after ten seconds, since the last byte, without the old round trip; and up with the next byte", () => {
    const {time, record, link, told} = openTable();
    expect(link()).toMatchObject({status: "up", rttMs: 13, lastHeardWallMs: WALL_MS + 5000});
    time.nowMs = 15_000;
    expect(link()?.status).toBe("up");
    time.nowMs = 15_001;
    expect(link()).toMatchObject({
      status: "silent",
      sinceWallMs: WALL_MS + 5000,
      lastHeardWallMs: WALL_MS + 5000,
      rttMs: undefined,
    });
    time.nowMs = 60_000;
    expect(link()).toMatchObject({status: "silent", sinceWallMs: WALL_MS + 5000});
    record.addReceived(1);
    expect(link()).toMatchObject({status: "up", rttMs: 13, lastHeardWallMs: WALL_MS + 60_000});
    expect(told, "the link itself is kept").toEqual(["up"]);
    expect(record.isUp()).toBe(true);
  });

  it("counts from when it came up, and is down when it ends", () => {
    const {time, record, link} = openTable();
    record.down({code: "NETWORK_LINK_STALLED"});
    time.nowMs = 100_000;
    expect(link()).toMatchObject({status: "down", lastHeardWallMs: WALL_MS + 5000});
    record.up({address: "/ip4/127.0.0.1/tcp/1", direction: "inbound"});
    expect(link()?.status).toBe("up");
  });
});
