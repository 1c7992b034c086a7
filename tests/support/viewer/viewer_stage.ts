/**
 * Runs the viewer for a test: the real service and nats-server, chromium, and a product's site on another
 * origin.
 *
 * @module
 */
import type { Locator, Page } from "npm:playwright-core@^1";
import { build } from "../../../tools/bundle.ts";
import { assertEventually } from "../patience.ts";
import { mint, type Service, type Stack, startService, startStack, subjectOf } from "../service.ts";
import { type FlyFields, flyPayload } from "./sample_rows.ts";
import { type TabOptions, Tabs, type Visit } from "./tabs.ts";

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
  /** Publishes Fly lines of {@linkcode APP}, or payloads. */
  publish(...lines: (FlyFields | string | Uint8Array)[]): Promise<void>;
  /** Starts the service again, at the same address, after it was stopped. */
  restart(): Promise<Service>;
}

/** How to open a page, and its content security policy. */
export type VisitOptions = TabOptions & { readonly csp?: string };

/** Starts everything; `env` is added to the service's environment. Uses the browser of `other`, if any. */
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
  const visit = async (urlOrHtml: string, { csp, ...options }: VisitOptions = {}) => {
    if (/^https?:/.test(urlOrHtml)) return await tabs.open(urlOrHtml, options);
    const path = `/${pages.size}`;
    pages.set(path, pageOf(urlOrHtml, csp));
    return await tabs.open(site + path, options);
  };
  const publish = async (...lines: (FlyFields | string | Uint8Array)[]) => {
    for (const line of lines) {
      const isPayload = typeof line === "string" || line instanceof Uint8Array;
      stack.publisher.publish(subjectOf(APP, "dfw", MACHINE), isPayload ? line : flyLine(line));
    }
    await stack.publisher.flush();
  };
  const restart = async () => {
    const { port } = new URL(stack.service.url);
    const again = { NATS_URL: stack.nats.url, CORS_ORIGINS: site, PORT: port, ...env };
    return await startService(again);
  };
  const all = started.move();
  const dispose = () => all.disposeAsync();
  const { service } = stack;
  return { stack, service, site, tabs, visit, publish, restart, [Symbol.asyncDispose]: dispose };
}

/** The HTML that embeds the viewer; `attributes` are added to `src` and `token`. */
export function embedding({ service }: Stage, token: string, attributes = ""): string {
  return `<script type="module" src="${service.url}/viewer.js"></script>
<natstap-viewer src="${service.url}/logs" token="${token}" ${attributes}></natstap-viewer>`;
}

/** URL of the page at `/`, with a token of `claims` in the fragment. */
export async function pageUrl(
  { service }: Stage,
  claims: Record<string, unknown> = {},
): Promise<string> {
  return `${service.url}/#token=${await mint({ app: APP, ...claims })}`;
}

/** A log line as published by Fly, from {@linkcode MACHINE} unless it says otherwise. */
export function flyLine(fields: FlyFields): string {
  const timestamp = new Date().toISOString();
  return flyPayload({ machine: MACHINE, message: "GET /healthz 200 3ms", timestamp, ...fields });
}

/** Waits until the viewer is live: lines published from then on arrive. */
export async function live({ page }: Visit): Promise<void> {
  await holds(page, "statuses.some(({ state }) => state === 'live')");
}

/** Waits until `expression` is true in the page. A policy may block Playwright's own method. */
export async function holds(page: Page, expression: string): Promise<void> {
  await assertEventually(() => page.evaluate(`Boolean(${expression})`), true, expression);
}

/** Opens a product's page filled by the viewer, and waits until it is live. */
export async function open(
  stage: Stage,
  attributes = "",
  options: VisitOptions = {},
): Promise<Visit> {
  const style = "<style>body { margin: 0 } natstap-viewer { height: 100vh }</style>";
  const html = style + embedding(stage, await mint({ app: APP }), attributes);
  const visit = await stage.visit(html, options);
  await live(visit);
  return visit;
}

/** The search field. */
export function searchField({ page }: Visit): Locator {
  return page.locator("natstap-viewer #search");
}

/** The buttons with this name. */
export function button({ page }: Visit, name: string | RegExp): Locator {
  return page.getByRole("button", { name });
}

/** The first row that shows `message`. */
export function row({ page }: Visit, message: string | RegExp): Locator {
  return page.locator("natstap-viewer .row").filter({ hasText: message }).first();
}

/** Publishes lines, and waits until the last one is on the screen. */
export async function show(
  stage: Stage,
  visit: Visit,
  ...lines: (FlyFields & { readonly message: string })[]
): Promise<void> {
  await stage.publish(...lines);
  await row(visit, lines.at(-1)!.message).waitFor();
}

/** The messages on the screen, from top to bottom. */
export async function messages({ page }: Visit): Promise<string[]> {
  return await page.locator("natstap-viewer .row .message").allInnerTexts();
}

/** Takes a screenshot, if the variable `SCREENSHOTS` names a folder. */
export async function shoot({ page }: Visit, name: string): Promise<void> {
  const folder = Deno.env.get("SCREENSHOTS");
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` });
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
