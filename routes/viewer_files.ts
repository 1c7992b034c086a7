/**
 * `GET /`, the page with the viewer, and `GET /viewer.js`, the component that other pages embed.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Context, Handler, MiddlewareHandler } from "hono";
import { Problem } from "../lib/problem.ts";
import { acceptedWeights } from "./accept.ts";

/** The names of the viewer's files. */
export type AssetName = "viewer.js" | "page.js" | "page.css" | "index.html";

/** A content coding. */
type Encoding = "br" | "gzip" | "identity";

/** A file in each encoding, as Base64. */
export interface Asset extends Readonly<Record<Encoding, string>> {
  /** The media type. */
  readonly type: string;
  /** Hash of the content. */
  readonly hash: string;
}

/** All files of the viewer, as built. */
export type Viewer = Readonly<Record<AssetName, Asset>>;

/** A route of the viewer. */
export interface ViewerRoute {
  readonly path: string;
  /** Replaces headers that all responses have. Add it before the middleware that sets them. */
  readonly headers: MiddlewareHandler;
  readonly handler: Handler;
}

/** Allows only the page's files and its own script, and prevents text from becoming an element or a script. */
function pagePolicy(page: Asset): string {
  const html = new TextDecoder().decode(Uint8Array.fromBase64(page.identity));
  const [, script = ""] = /<script>([^]*?)<\/script>/.exec(html) ?? [];
  const hash = createHash("sha256").update(script).digest("base64");
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${hash}'`,
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types lit-html",
  ].join("; ");
}

/** For names with a hash, which always have the same content. */
const FOREVER = "public, max-age=31536000, immutable";
/** For the component, so that pages use a new version within minutes. */
const MINUTES = "public, max-age=300";
/** For the page, which names the other files and must be current. */
const NEVER = "no-cache";

/** Creates the routes of the viewer. If it has not been built, they say how to build it. */
export function viewerRoutes(viewer: Viewer | undefined): ViewerRoute[] {
  if (viewer === undefined) {
    return ["/", "/viewer.js"].map((path) => ({ path, headers: keepHeaders, handler: notBuilt }));
  }
  const named = (name: AssetName) => `/${name.replace(".", `.${viewer[name].hash}.`)}`;
  const route = (path: string, name: AssetName, cacheControl: string, headers = keepHeaders) => ({
    path,
    headers,
    handler: send(viewer[name], cacheControl),
  });
  return [
    route("/", "index.html", NEVER, withPolicy(pagePolicy(viewer["index.html"]))),
    route("/viewer.js", "viewer.js", MINUTES, forAnyOrigin),
    route(named("viewer.js"), "viewer.js", FOREVER, forAnyOrigin),
    route(named("page.js"), "page.js", FOREVER),
    route(named("page.css"), "page.css", FOREVER),
  ];
}

function send(asset: Asset, cacheControl: string): Handler {
  const bodies = {
    br: Uint8Array.fromBase64(asset.br),
    gzip: Uint8Array.fromBase64(asset.gzip),
    identity: Uint8Array.fromBase64(asset.identity),
  };
  return (c) => {
    const encoding = encodingFor(c);
    const etag = `"${asset.hash}.${encoding}"`;
    c.header("Cache-Control", cacheControl);
    c.header("ETag", etag);
    c.header("Vary", "Accept-Encoding");
    if (isKnown(c, etag)) return c.body(null, 304);
    c.header("Content-Type", asset.type);
    if (encoding !== "identity") c.header("Content-Encoding", encoding);
    const bytes = bodies[encoding];
    c.header("Content-Length", String(bytes.length));
    // A stream, because otherwise each response would hold a copy of the bytes until its client has it.
    return c.body(ReadableStream.from([bytes]));
  };
}

/** Returns the smallest encoding that `Accept-Encoding` accepts (RFC 9110, section 12.5.3). */
function encodingFor(c: Context): Encoding {
  const weights = acceptedWeights(c, "Accept-Encoding");
  const weightOf = (encoding: Encoding) => weights?.get(encoding) ?? weights?.get("*") ?? 0;
  return (["br", "gzip"] as const).find((encoding) => weightOf(encoding) > 0) ?? "identity";
}

/** Returns whether the client has the version with this tag, which may be marked as weak. */
function isKnown(c: Context, etag: string): boolean {
  const known = c.req.header("If-None-Match") ?? "";
  return known.includes(etag) || known.trim() === "*";
}

function withPolicy(policy: string): MiddlewareHandler {
  return async (c, next) => {
    await next();
    c.header("Content-Security-Policy", policy);
  };
}

/** The component is public: pages of any origin may embed it. */
const forAnyOrigin: MiddlewareHandler = async (c, next) => {
  await next();
  c.header("Access-Control-Allow-Origin", "*");
  c.header("Cross-Origin-Resource-Policy", "cross-origin");
};

const keepHeaders: MiddlewareHandler = (_c, next) => next();

function notBuilt(): never {
  throw new Problem("viewer_missing", "The viewer has not been built: run deno task build.");
}
