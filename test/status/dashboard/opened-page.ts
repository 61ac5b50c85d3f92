import {openPage, type Page} from "../../simulation/report/chromium.ts";

const WAIT_MS = 60_000;
const LOOK_MS = 100;
const TOLD = ["Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown"];

/** A dashboard in a headless browser. */
export interface OpenedPage {
  readonly page: Page;
  /** Everything that the console was told. */
  told(): readonly string[];
  /** Every address that was asked for. */
  asked(): readonly string[];
  /** Texts of the elements that a selector finds. */
  texts(selector: string): Promise<readonly string[]>;
  /** Resolves once an expression in the page is true; fails after a minute, and says what the page showed. */
  until(expression: string): Promise<void>;
  resize(width: number, height: number): Promise<void>;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Opens a dashboard; the caller closes its `page`. */
export async function openDashboard(chromium: string, url: string): Promise<OpenedPage> {
  const page = await openPage(chromium, true);
  for (const domain of ["Log", "Runtime", "Network", "Page"]) await page.send(`${domain}.enable`);
  await page.send("Page.navigate", {url});
  await page.event("Page.loadEventFired");
  return {
    page,
    told: () =>
      page.events.filter(({method}) => TOLD.includes(method)).map(({params}) => JSON.stringify(params)),
    asked: () =>
      page.events
        .filter(({method}) => method === "Network.requestWillBeSent")
        .map(({params}) => textOf(Reflect.get(Object(params["request"]), "url"))),
    async texts(selector) {
      const expression = `[...document.querySelectorAll(${JSON.stringify(selector)})].map((found) => found.textContent)`;
      return (await page.evaluate(expression)) as string[];
    },
    async until(expression) {
      const endMs = performance.now() + WAIT_MS;
      while ((await page.evaluate(`Boolean(${expression})`)) !== true) {
        if (performance.now() > endMs) {
          const shown = textOf(await page.evaluate("document.body.innerText"));
          throw new Error(`not so after ${WAIT_MS / 1000} s: ${expression}\n${shown}`);
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    },
    async resize(width, height) {
      const size = {width, height, deviceScaleFactor: 1, mobile: false};
      await page.send("Emulation.setDeviceMetricsOverride", size);
    },
  };
}

/** How far the page is wider than the window, and words that are drawn outside of their picture. */
export const LAYOUT_FAULTS = `(() => {
  const beyond = [...document.querySelectorAll("svg[role=img]")].flatMap((svg) => {
    const frame = svg.getBoundingClientRect();
    return [...svg.querySelectorAll("text")].filter((text) => {
      const box = text.getBoundingClientRect();
      return box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
    }).map((text) => svg.querySelector("title").textContent + ": " + text.textContent);
  });
  return {overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth, beyond};
})()`;
