/**
 * `GET /`, the page that shows the viewer, and `GET /viewer.js`, the component that a product's page
 * embeds.
 *
 * @module
 */
import type { Context, Handler, MiddlewareHandler } from "hono";
import { Problem } from "../lib/problem.ts";
import { acceptedWeights } from "./accept.ts";

/** The files that a browser asks for. */
export type AssetName = "viewer.js" | "page.js" | "page.css" | "index.html";

/** How a file may be sent. */
type Encoding = "br" | "gzip" | "identity";

/** A file, in base64 of each encoding. */
export interface Asset extends Readonly<Record<Encoding, string>> {
  /** The media type. */
  readonly type: string;
  /** Of the content: another content has another one. */
  readonly hash: string;
}

/** What `deno task build` has built. */
export type Viewer = Readonly<Record<AssetName, Asset>>;

/** A path of the viewer. */
export interface ViewerRoute {
  readonly path: string;
  /** Has the last word on the headers: it goes before what sets those of all answers. */
  readonly last: MiddlewareHandler;
  readonly handler: Handler;
}

/** Only what the page is made of may load, and no text may ever become an element or a script. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types lit-html",
].join("; ");

/** Under a name with the hash a file never changes. */
const FOREVER = "public, max-age=31536000, immutable";
/** Products' pages have the next version minutes after it is there. */
const MINUTES = "public, max-age=300";
/** The page names the others: it is never an old one. */
const NEVER = "no-cache";

/** The viewer's paths; where it is not built they say what to run. */
export function viewerRoutes(viewer: Viewer | undefined): ViewerRoute[] {
  if (viewer === undefined) {
    return ["/", "/viewer.js"].map((path) => ({ path, last: asAll, handler: notBuilt }));
  }
  const named = (name: AssetName) => `/${name.replace(".", `.${viewer[name].hash}.`)}`;
  const route = (path: string, name: AssetName, cacheControl: string, last = asAll) => ({
    path,
    last,
    handler: send(viewer[name], cacheControl),
  });
  return [
    route("/", "index.html", NEVER, withPagePolicy),
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
    // Not the bytes themselves, of which each response would hold a copy until its client has taken it.
    return c.body(ReadableStream.from([bytes]));
  };
}

/** The smallest that `Accept-Encoding` takes (RFC 9110, section 12.5.3). */
function encodingFor(c: Context): Encoding {
  const weights = acceptedWeights(c, "Accept-Encoding");
  const weightOf = (encoding: Encoding) => weights?.get(encoding) ?? weights?.get("*") ?? 0;
  return (["br", "gzip"] as const).find((encoding) => weightOf(encoding) > 0) ?? "identity";
}

/** Whether the client has the version with this tag, which it may call a weak one. */
function isKnown(c: Context, etag: string): boolean {
  const known = c.req.header("If-None-Match") ?? "";
  return known.includes(etag) || known.trim() === "*";
}

const withPagePolicy: MiddlewareHandler = async (c, next) => {
  await next();
  c.header("Content-Security-Policy", PAGE_POLICY);
};

/** A script is no secret: a product's page, on whatever origin, may embed it. */
const forAnyOrigin: MiddlewareHandler = async (c, next) => {
  await next();
  c.header("Access-Control-Allow-Origin", "*");
  c.header("Cross-Origin-Resource-Policy", "cross-origin");
};

const asAll: MiddlewareHandler = (_c, next) => next();

function notBuilt(): never {
  throw new Problem("viewer_missing", "The viewer has not been built here: run deno task build.");
}
