import type {FastifyInstance} from "fastify";
import type {DashboardFile} from "./dashboard-files.ts";

/**
 * Permissions of the page: its own files and its own server; no inline script or style, no eval, no frame.
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

/**
 * Adds the dashboard: `/` and its files, which hold no data of the node: browsers may keep and revalidate
 * them.
 */
export function addDashboard(server: FastifyInstance, files: readonly DashboardFile[]): void {
  for (const {path, type, content, etag} of files) {
    server.get(path, async ({headers}, reply) => {
      reply.headers({"cache-control": "no-cache", etag});
      if (path === "/") reply.header("content-security-policy", PAGE_POLICY);
      if (headers["if-none-match"] === etag) return reply.code(304).send();
      return reply.type(type).send(content);
    });
  }
}
