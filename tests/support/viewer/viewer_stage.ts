/**
 * Runs the viewer for a test: the real service and nats-server, chromium, and a product's site on another
 * origin.
 *
 * @module
 */
import { build } from "../../../tools/bundle.ts";
import { mint, type Service, type Stack, startService, startStack, subjectOf } from "../service.ts";
import { type FlyFields, flyPayload } from "./sample_rows.ts";
import { type TabOptions, Tabs } from "./tabs.ts";
import { Visit } from "./visit.ts";

export type { Visit };

/** The app whose lines are published. */
export const APP = "panini-786";
/** The machine that publishes them. */
export const MACHINE = "d896d7c609dd68";

/** What a test works with. */
export interface Stage extends AsyncDisposable {
  readonly stack: Stack;
  readonly service: Service;
  /** Origin of the product's site. */
  readonly site: string;
  readonly tabs: Tabs;
  /** Opens a URL, or a page with this HTML on the product's site. */
  visit(urlOrHtml: string, options?: VisitOptions): Promise<Visit>;
  /** Like `visit()`, and waits until the viewer is live. */
  watch(urlOrHtml: string, options?: VisitOptions): Promise<Visit>;
  /** Opens a product's page filled by the viewer, and waits until it is live. */
  open(attributes?: string, options?: VisitOptions): Promise<Visit>;
  /** The HTML that embeds the viewer; `attributes` are added to `src` and `token`. */
  embedding(token: string, attributes?: string): string;
  /** URL of the page at `/`, with a token of `claims` in the fragment. */
  pageUrl(claims?: Record<string, unknown>): Promise<string>;
  /** Publishes Fly lines of {@linkcode APP}, or payloads. */
  publish(...lines: (FlyFields | string | Uint8Array)[]): Promise<void>;
  /** Starts the service again, at the same address, after it was stopped. */
  restart(): Promise<Service>;
}

/** How to open a page, and its content security policy. */
export type VisitOptions = TabOptions & { readonly csp?: string };

/** Starts everything; `env` is added to the service's environment. Uses the browser of `other`, if given. */
export async function startStage(
  env: Record<string, string> = {},
  other?: Stage,
): Promise<Stage> {
  await using started = new AsyncDisposableStack();
  await build();
  const pages = new Map<string, Response>();
  const server = serveSite(pages);
  started.defer(() => server.shutdown());
  const site = `http://127.0.0.1:${server.addr.port}`;
  const stack = started.use(await startStack({ CORS_ORIGINS: site, ...env }));
  const tabs = other?.tabs ?? started.use(await Tabs.start());
  const publish = async (...lines: (FlyFields | string | Uint8Array)[]) => {
    for (const line of lines) {
      const isPayload = typeof line === "string" || line instanceof Uint8Array;
      stack.publisher.publish(subjectOf(APP, "dfw", MACHINE), isPayload ? line : flyLine(line));
    }
    await stack.publisher.flush();
  };
  const visit = async (urlOrHtml: string, { csp, ...options }: VisitOptions = {}) => {
    const path = `/${pages.size}`;
    const isUrl = /^https?:/.test(urlOrHtml);
    if (!isUrl) pages.set(path, pageOf(urlOrHtml, csp));
    return new Visit(await tabs.open(isUrl ? urlOrHtml : site + path, options), publish);
  };
  const watch: Stage["watch"] = async (...page) => {
    const visited = await visit(...page);
    await visited.live();
    return visited;
  };
  const { service } = stack;
  const embedding = (token: string, attributes = "") =>
    `<script type="module" src="${service.url}/viewer.js"></script>
<natstap-viewer src="${service.url}/logs" token="${token}" ${attributes}></natstap-viewer>`;
  const open: Stage["open"] = async (attributes, options) => {
    const style = "<style>body { margin: 0 } natstap-viewer { height: 100vh }</style>";
    return await watch(style + embedding(await mint({ app: APP }), attributes), options);
  };
  const pageUrl = async (claims?: Record<string, unknown>) =>
    `${service.url}/#token=${await mint({ app: APP, ...claims })}`;
  const restart = async () => {
    const { port } = new URL(service.url);
    const again = { NATS_URL: stack.nats.url, CORS_ORIGINS: site, PORT: port, ...env };
    return await startService(again);
  };
  const all = started.move();
  return {
    ...{ stack, service, site, tabs, visit, watch, open, embedding, pageUrl, publish, restart },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** A log line as published by Fly, from {@linkcode MACHINE} unless it says otherwise. */
export function flyLine(fields: FlyFields): string {
  const timestamp = new Date().toISOString();
  return flyPayload({ machine: MACHINE, message: "GET /healthz 200 3ms", timestamp, ...fields });
}

function serveSite(pages: ReadonlyMap<string, Response>): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url }) => {
    return pages.get(new URL(url).pathname)?.clone() ?? new Response(null, { status: 204 });
  });
}

function pageOf(html: string, csp?: string): Response {
  return new Response(`<!doctype html><html lang="en"><title>A product's page</title>${html}`, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      ...(csp !== undefined && { "content-security-policy": csp }),
    },
  });
}
