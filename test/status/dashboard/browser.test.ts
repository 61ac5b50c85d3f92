import {afterAll, beforeAll, describe, expect, it, onTestFinished} from "vitest";
import {systemClock} from "../../../src/core/index.ts";
import {createEventFeed, type EventFeed, type NodeView} from "../../../src/node/index.ts";
import {withEvent} from "../../../src/node/watch/run-history.ts";
import {LOOPBACK_ACCESS} from "../../../src/status/index.ts";
import type {Fleet} from "../../node/fleet.ts";
import {findChromium} from "../../simulation/report/chromium.ts";
import {SCREENSHOTS, writePicture} from "../../simulation/report/picture.ts";
import {openSampleServer, type SampleNode, sampleNode} from "../sample-node.ts";
import {SAMPLE_VIEW} from "../sample-view.ts";
import {FOUR_SITES_CONSORTIUM, fourDaemons, startDaemon} from "./four-daemons.ts";
import {LAYOUT_FAULTS, type OpenedPage, openDashboard} from "./opened-page.ts";
import {emitRounds, sampleRunView} from "./sample-run.ts";

const chromium = findChromium();
if (chromium === undefined)
  console.log("skipped: no Chromium on this machine; the dashboard is not opened in it");

const TOKEN = "0123456789abcdef".repeat(2);
const HOSTILE = "<img src=x onerror=console.error(1)>";
const HEADLINE = 'document.querySelector("h1")?.textContent';
const headlineIs = (text: string): string => `${HEADLINE} === ${JSON.stringify(text)}`;
/** A busy machine leaves members out of rounds, which is an alert to look at: healthy all the same. */
const headlineBegins = (text: string): string => `${HEADLINE}?.startsWith(${JSON.stringify(text)})`;
const countIs = (selector: string, count: number): string =>
  `document.querySelectorAll(${JSON.stringify(selector)}).length === ${count}`;

/** A node with that view, whose history is made of what the feed tells. */
function nodeOf(feed: EventFeed, view: NodeView = SAMPLE_VIEW): () => SampleNode {
  let points: ReturnType<typeof withEvent> = [];
  feed.subscribe(null, ({event}) => {
    points = withEvent(points, event);
  });
  return () => ({...sampleNode(() => view), history: () => points});
}

async function open(url: string): Promise<OpenedPage> {
  const opened = await openDashboard(chromium ?? "", url);
  onTestFinished(() => opened.page.close());
  return opened;
}

/** Sizes at which nothing may be wider than the window, or drawn outside of its picture. */
async function expectToFit({page, resize}: OpenedPage): Promise<void> {
  for (const width of [360, 390, 768, 1280]) {
    await resize(width, 800);
    expect(await page.evaluate(LAYOUT_FAULTS), `${width} px`).toEqual({overflow: 0, beyond: []});
  }
}

async function giveToken({page}: OpenedPage, token: string): Promise<void> {
  await page.evaluate(`(() => {
    document.querySelector("#token").value = ${JSON.stringify(token)};
    document.querySelector("#token-form button").click();
    return true;
  })()`);
}

describe.skipIf(chromium === undefined)("the dashboard in headless Chromium, of four daemons", () => {
  let daemons: Fleet;
  beforeAll(async () => {
    daemons = await fourDaemons();
  });
  afterAll(() => daemons.close());

  it("shows them, by a page that loads nothing from elsewhere and tells the console nothing", async () => {
    const opened = await open(daemons.urlOf("north"));
    const {until, texts, told, asked, page} = opened;
    await until(headlineBegins("Healthy"));
    await until(countIs(".link.up", 3));
    await until(countIs("#auroc path[stroke], #loss path[stroke], #distance path[stroke]", 3));
    await until(countIs("#auroc path[fill-opacity]", 1));
    await until('document.querySelector("#releases .total")?.textContent.match(/[1-9]\\d*.*[kM]?B/)');
    expect((await texts(".tile dt")).slice(0, 3)).toEqual([
      "Training",
      "Exchanging",
      "This site's share of rounds",
    ]);
    expect(await texts(".brand strong")).toEqual([`north of ${FOUR_SITES_CONSORTIUM}`]);
    expect((await texts("#members tbody th")).toSorted()).toEqual(["Together", "east", "south", "west"]);
    expect((await texts("#members td:nth-child(3)")).join()).toMatch(/^(\d+ % \d+ of \d+,){3}$/);
    expect(await texts("#topology .own")).toEqual(["north"]);
    expect(await page.evaluate('document.querySelector("progress").value')).toBeGreaterThan(0);
    expect((await texts("#progress .line"))[0]).toMatch(
      /^Round \d+ of 500\d\d* %, (about .* left|remaining time unknown: .*)$/,
    );
    expect((await texts("#auroc .newest"))[0]).toMatch(/^0\.\d{3} \[0\.\d{3}, [01]\.\d{3}\]$/);
    expect(await texts("#plan dd")).toContain("synthetic-heart");
    await page.evaluate(`(() => {
      window.round = document.querySelector("#progress strong").textContent;
      document.querySelector("#loss details").open = true;
      document.querySelector("#loss summary").focus();
      return true;
    })()`);
    await until('document.querySelector("#progress strong").textContent !== window.round');
    expect(await page.evaluate('document.querySelector("#loss details").open')).toBe(true);
    expect(await page.evaluate('document.activeElement === document.querySelector("#loss summary")')).toBe(
      true,
    );
    await expectToFit(opened);
    expect(told()).toEqual([]);
    const elsewhere = asked().filter((url) => !url.startsWith(daemons.urlOf("north")));
    expect(elsewhere).toEqual([]);
  });

  it("shows the link of one that is killed as down, and as up again when it is back", async () => {
    const {until, told, texts} = await open(daemons.urlOf("north"));
    await until(countIs(".link.up", 3));
    await daemons.stop("west");
    await until(`${countIs(".link.down", 1)} && ${countIs(".link.up", 2)}`);
    expect((await texts("#members tbody tr")).filter((row) => row.startsWith("west✕down"))).toHaveLength(1);
    await until(headlineBegins("Healthy, but west is not linked"));
    await startDaemon(daemons, "west");
    await until(countIs(".link.up", 3));
    expect(told()).toEqual([]);
  });
});

describe.skipIf(chromium === undefined || SCREENSHOTS === undefined)("the dashboard in the README", () => {
  it("is that of four daemons on generated patients, in the midst of their run", async () => {
    const daemons = await fourDaemons(60);
    onTestFinished(() => daemons.close());
    const {until, page} = await open(daemons.urlOf("north"));
    for (const round of [15, 30, 45])
      await until(
        `/^Round (\\d+) of/.exec(document.querySelector("#progress .line")?.textContent)?.[1] >= ${round}`,
      );
    expect(await writePicture(page, {name: "dashboard", width: 1200, height: 1120})).toBeLessThan(150_000);
  }, 300_000);
});

describe.skipIf(chromium === undefined)("the dashboard in headless Chromium", () => {
  it("asks for the token, again where it is wrong, and leaves none behind", async () => {
    const {server} = await openSampleServer({access: {...LOOPBACK_ACCESS, token: TOKEN}});
    onTestFinished(() => server.close());
    const opened = await open(`${server.url}/`);
    const {until, page} = opened;
    await until(headlineIs("This node asks for its token"));
    expect(await page.evaluate("document.activeElement.id")).toBe("token");
    expect(await page.evaluate("document.body.innerText")).not.toContain("north");
    await giveToken(opened, `${TOKEN}x`);
    await until(headlineIs("That token is wrong"));
    await giveToken(opened, TOKEN);
    await until('document.querySelector("#members")');
    await until('document.querySelector(".connection")?.textContent.includes("live,")');
    expect(await page.evaluate("document.querySelector('#token')")).toBeNull();
    const kept = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href])";
    expect(await page.evaluate(kept)).toBe(JSON.stringify([{}, {}, "", `${server.url}/`]));
  });

  it("says that the connection is lost, how old what it shows is, and goes on when the node is back", async () => {
    const feed = createEventFeed(systemClock);
    const node = nodeOf(feed);
    emitRounds(feed, 4);
    const first = await openSampleServer({feed, node});
    const port = Number(new URL(first.server.url).port);
    const {until, texts} = await open(`${first.server.url}/`);
    await until('document.querySelector("#loss path")');
    await first.server.close();
    await until(headlineIs("Connection lost: what you see is old"));
    expect((await texts(".verdict .words p"))[0]).toMatch(
      /^The node last answered \d+ s ago\. The page keeps asking\.$/,
    );
    emitRounds({emit: (event) => ("round" in event && event.round > 3 ? feed.emit(event) : undefined)}, 6);
    const second = await openSampleServer({feed, node, port});
    onTestFinished(() => second.server.close());
    await until(`!(${headlineIs("Connection lost: what you see is old")})`);
    await until('document.querySelector("#loss tbody th")?.textContent === "6"');
    expect(await texts("#loss tbody th")).toEqual(["6", "5", "4", "3"]);
  });

  it("holds 24 peers and 2,000 rounds, alerts and a name that is HTML, on a desk and on a phone", async () => {
    const feed = createEventFeed(systemClock);
    const sample = sampleRunView({peers: 24, rounds: 2000, down: [5, 17]});
    const peers = sample.peers.map((peer, place) => (place === 3 ? {...peer, name: HOSTILE} : peer));
    const view = {...sample, peers, equivocators: [HOSTILE]};
    const node = nodeOf(feed, view);
    emitRounds(feed, 2000);
    const {server} = await openSampleServer({feed, node});
    onTestFinished(() => server.close());
    const opened = await open(`${server.url}/`);
    await opened.until(`${countIs(".link.up", 22)} && ${countIs(".link.down", 2)}`);
    await opened.until(countIs("#loss path", 1));
    await opened.until(`${HEADLINE}.includes("Utrecht and Dresden-University-Hospital-17 are not linked")`);
    const [alert = ""] = await opened.texts(".alerts li");
    expect(alert).toMatch(/^✕Act now: A member voted for two results /);
    expect(alert).toContain(HOSTILE);
    expect(await opened.texts("#members tbody th")).toContain(`${HOSTILE} evaluator`);
    expect(await opened.page.evaluate('document.querySelectorAll("img, script:not([src])").length')).toBe(0);
    await expectToFit(opened);
    expect((await opened.texts("#auroc .note"))[0]).toMatch(/The curves show 3\d\d of the 1,998 rounds\.$/);
    expect((await opened.texts("#loss desc"))[0]).toMatch(/^Rounds 3 to 2000;/);
    expect(opened.told()).toEqual([]);
  });
});
