import {readdir, readFile} from "node:fs/promises";
import {gzipSync} from "node:zlib";
import {describe, expect, it, onTestFinished} from "vitest";
import {errorLine} from "../../../src/core/index.ts";
import {LOOPBACK_ACCESS} from "../../../src/status/index.ts";
import {ask} from "../requests.ts";
import {openSampleServer} from "../sample-node.ts";
import {dashboardUrl} from "./dashboard-url.ts";

const MOST_BYTES = 60 * 1024;
const TOKEN = "0123456789abcdef".repeat(2);
const GUARDED = {...LOOPBACK_ACCESS, token: TOKEN};
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

const names = (await readdir(dashboardUrl, {recursive: true})).filter((name) =>
  /\.(html|css|js|svg)$/.test(name),
);
const pathOf = (name: string): string => (name === "page.html" ? "/" : `/dashboard/${name}`);

async function open(changes: Parameters<typeof openSampleServer>[0] = {}): Promise<string> {
  const {server} = await openSampleServer(changes);
  onTestFinished(() => server.close());
  return server.url;
}

describe("the dashboard's files", () => {
  it("come to less than 60 KB, each compressed by itself, and name nothing elsewhere", async () => {
    const contents = await Promise.all(names.map((name) => readFile(new URL(name, dashboardUrl))));
    const sizes = contents.map((content) => gzipSync(content).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST_BYTES);
    expect(names).toContain("main.js");
    for (const [index, content] of contents.entries()) {
      const text = content.toString().replaceAll("http://www.w3.org/2000/svg", "");
      expect(text, names[index]).not.toMatch(
        /https?:|\/\/[a-z]|@import|url\(|innerHTML|eval\(|sourceMappingURL/i,
      );
    }
    const page = contents[names.indexOf("page.html")]?.toString() ?? "";
    expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=/i);
  });

  it("are served without a token, which all that they ask for wants", async () => {
    const url = await open({access: GUARDED});
    for (const name of names) {
      const {status, text} = await ask(`${url}${pathOf(name)}`);
      expect(status, name).toBe(200);
      expect(text, name).toBe(await readFile(new URL(name, dashboardUrl), "utf8"));
    }
    for (const path of [
      "/v1/status",
      "/v1/events",
      "/v1/runs",
      "/v1/releases",
      "/dashboard/",
      "/v1/history",
      "/dashboard/x.js",
    ]) {
      expect((await ask(`${url}${path}`)).status, path).toBe(401);
    }
  });

  it("say what they are, what the page may do, and that browsers must ask again", async () => {
    const url = await open();
    const {headers} = await ask(`${url}/`);
    expect(headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": POLICY,
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-resource-policy": "same-origin",
    });
    const types = await Promise.all(
      ["style.css", "main.js", "icon.svg"].map(async (name) => {
        const answer = await ask(`${url}${pathOf(name)}`);
        return [answer.headers["content-type"], answer.headers["content-security-policy"]];
      }),
    );
    const strict = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    expect(types).toEqual([
      ["text/css; charset=utf-8", strict],
      ["text/javascript; charset=utf-8", strict],
      ["image/svg+xml", strict],
    ]);
    expect((await ask(`${url}/v1/status`)).headers["cache-control"]).toBe("no-store");
  });

  it("are not sent again to a browser that has them", async () => {
    const url = await open();
    const tags = new Set<unknown>();
    for (const name of names) {
      const {etag} = (await ask(`${url}${pathOf(name)}`)).headers;
      tags.add(etag);
      const again = await ask(`${url}${pathOf(name)}`, {headers: {"if-none-match": String(etag)}});
      expect([again.status, again.text, again.headers["etag"]], name).toEqual([304, "", etag]);
      const other = await ask(`${url}${pathOf(name)}`, {headers: {"if-none-match": '"other"'}});
      expect(other.status, name).toBe(200);
    }
    expect(tags.size).toBe(names.length);
  });

  it("are too few to run into the limit of requests, loaded three times over", async () => {
    const url = await open();
    for (let visit = 0; visit < 3; visit++) {
      const statuses = await Promise.all(
        names.map(async (name) => (await ask(`${url}${pathOf(name)}`)).status),
      );
      expect(new Set(statuses)).toEqual(new Set([200]));
    }
  });

  it("are missed in one line", async () => {
    const missing = new URL("./no-such-folder/", dashboardUrl);
    expect(await openSampleServer({dashboardUrl: missing}).catch(errorLine)).toBe(
      "STATUS_DASHBOARD_UNREADABLE: the files of the dashboard could not be read. Build or install consilium again.",
    );
  });
});
